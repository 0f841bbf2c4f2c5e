import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseQuestion } from '../../domain/question.js'
import { parsed } from '../../domain/validation.js'
import { partsOf } from './parts.js'
import { readPlainQuestion } from './plain-question.js'
import { readQuestion } from './question.js'

const organization = '018f0000-0000-7000-8000-000000000001'
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('', organization, 'server'))
/** What may stand where a text is wanted. */
const odd = fc.constantFrom<unknown>(null, 1, true, [], {}, ['a'], { a: 'b' })
const member = fc.oneof({ weight: 30, arbitrary: text }, { weight: 1, arbitrary: odd })
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 1, nil: undefined })
const unknownName = fc.constantFrom('__proto__', 'constructor', 'toString', 'owner', 'type', '')
const unknown = fc.dictionary(unknownName, member, { maxKeys: 1 })

function entity(members: Readonly<Record<string, fc.Arbitrary<unknown>>>) {
  const record = fc
    .tuple(fc.record(members), fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, unknown))
    .map(([known, more]) => ({ ...known, ...more }))
  return fc.oneof({ weight: 20, arbitrary: record }, { weight: 1, arbitrary: odd })
}

const properties = fc.oneof(
  fc.constant(undefined),
  entity({ project_id: member, organization_id: rarely(member) }),
  entity({ name: member, locality: member }),
)
const body = fc.record({
  subject: entity({ type: fc.constantFrom('api_key', 'user', 'x'), id: member }),
  action: entity({ name: member }),
  resource: entity({ type: member, id: member, properties }),
  context: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: entity({ ip: rarely(member), user_agent: rarely(member) }) },
  ),
})
const path = fc.constantFrom('', organization)

/** What the services make of a question, or that they refuse it. */
function understood(read: () => ReturnType<typeof readPlainQuestion>) {
  try {
    const asked = read()
    if (!asked) return 'not plain'
    const { subject, question } = asked
    return { subject, question: parsed((v) => parseQuestion(v, '', question)) }
  } catch {
    return 'refused'
  }
}

/** Whether the quick way took it; it must have understood the same then. */
function agrees(json: string, organizationId: string): boolean {
  const raw: unknown = JSON.parse(json)
  const plain = understood(() => readPlainQuestion(raw, organizationId))
  if (plain === 'not plain') return false
  const general = understood(() => readQuestion(partsOf(raw as object), organizationId))
  expect(plain).toEqual(general)
  return general !== 'refused'
}

describe('the quick way to an evaluation', () => {
  it('reads what the general way reads, or leaves it to that', () => {
    let read = 0
    fc.assert(
      fc.property(body, path, (parts, organizationId) => {
        if (agrees(JSON.stringify(parts), organizationId)) read += 1
      }),
      { numRuns: 4_000 },
    )
    expect(read).toBeGreaterThan(100)
  })

  it('reads nothing else of any text whatever', () => {
    const edit = fc.record({ at: fc.nat(300), to: fc.constantFrom(...'{}[]",:0en_\\') })
    fc.assert(
      fc.property(
        body,
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        path,
        (parts, edits, of) => {
          const characters = [...JSON.stringify(parts)]
          for (const { at, to } of edits) characters[at % characters.length] = to
          try {
            JSON.parse(characters.join(''))
          } catch {
            return
          }
          agrees(characters.join(''), of)
        },
      ),
      { numRuns: 20_000 },
    )
  })

  const plain = {
    subject: { type: 'api_key', id: 'k' },
    action: { name: 'a' },
    resource: { type: 't', id: '' },
  }

  it('takes the usual shape', () => {
    const properties = { project_id: organization, name: 'n' }
    const context = { ip: '10.0.0.1', time: '2025' }
    const asked = { ...plain, resource: { ...plain.resource, properties }, context, more: 1 }
    expect(agrees(JSON.stringify(asked), '')).toBe(true)
  })

  it.each<[string, unknown]>([
    ['no map', [plain]],
    ['properties of a subject', { ...plain, subject: { ...plain.subject, properties: {} } }],
    ['properties of an action', { ...plain, action: { name: 'a', properties: null } }],
    ['attributes', { ...plain, resource: { type: 't', id: '', properties: { owner: 'o' } } }],
    ['a context that is null', { ...plain, context: null }],
    ['an address that is no text', { ...plain, context: { ip: 1 } }],
    ['a missing id', { ...plain, resource: { type: 't' } }],
    ['an empty subject', { ...plain, subject: { type: 'api_key', id: '' } }],
  ])('leaves %s to the general way', (_, raw) => {
    expect(readPlainQuestion(raw, '')).toBeUndefined()
  })

  it('leaves a resource of another organization than that of the path to the general way', () => {
    const properties = { organization_id: organization }
    const asked = { ...plain, resource: { ...plain.resource, properties } }
    expect(readPlainQuestion(asked, organization)).toBeDefined()
    expect(readPlainQuestion(asked, organization.replace('1', '2'))).toBeUndefined()
  })
})
