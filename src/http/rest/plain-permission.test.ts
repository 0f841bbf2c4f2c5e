import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toQuestions } from './check-permissions.js'
import { Input } from './input.js'
import { readPlainPermission } from './plain-permission.js'

const text = fc.oneof({ weight: 8, arbitrary: fc.string({ maxLength: 8 }) }, fc.constant(''))
const odd = fc.constantFrom<unknown>(null, 1, false, [], {}, ['a'])
const member = fc.oneof({ weight: 20, arbitrary: text }, { weight: 1, arbitrary: odd })
const scope = fc.option(member, { nil: undefined, freq: 1 })
const permission = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      ...{ service: member, name: member, action: member },
      ...{ project_id: scope, organization_id: scope, more: scope },
    }),
  },
  { weight: 1, arbitrary: odd },
)
const body = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      permissions: fc.oneof(
        { weight: 8, arbitrary: fc.array(permission, { minLength: 1, maxLength: 1 }) },
        { weight: 1, arbitrary: fc.array(permission, { maxLength: 3 }) },
        { weight: 1, arbitrary: odd },
      ),
    }),
  },
  { weight: 1, arbitrary: odd },
)
const session = { secret: 's', ip: '10.0.0.1', userAgent: 'agent' }

/** Whether the quick way took it; the general one must have found the same and nothing wrong. */
function agrees(raw: unknown): boolean {
  const plain = readPlainPermission(raw)
  if (!plain) return false
  const input = new Input({ params: {}, query: {}, body: raw })
  const [question, ...more] = toQuestions(input, session)
  expect([input.v.violations, more]).toEqual([[], []])
  expect(plain).toEqual({ action: question?.action, resource: question?.resource })
  return true
}

describe('the quick way to a permission', () => {
  it('reads what the general way reads, or leaves it to that', () => {
    let read = 0
    const property = fc.property(body, (raw) => {
      if (agrees(JSON.parse(JSON.stringify(raw)))) read += 1
    })
    fc.assert(property, { numRuns: 4_000 })
    expect(read).toBeGreaterThan(200)
  })

  it('reads nothing else of any text whatever', () => {
    const edit = fc.record({ at: fc.nat(150), to: fc.constantFrom(...'{}[]",:0en_\\') })
    const property = fc.property(
      body,
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      (raw, edits) => {
        const characters = [...JSON.stringify(raw)]
        for (const { at, to } of edits) characters[at % characters.length] = to
        let mutated: unknown
        try {
          mutated = JSON.parse(characters.join(''))
        } catch {
          return
        }
        agrees(mutated)
      },
    )
    fc.assert(property, { numRuns: 20_000 })
  })

  it.each<[string, object]>([
    ['two of them', { permissions: [{}, {}] }],
    [
      'two scopes',
      {
        permissions: [
          { service: 's', name: 'n', action: 'a', project_id: 'p', organization_id: 'o' },
        ],
      },
    ],
    ['a part that is missing', { permissions: [{ service: 's', name: 'n' }] }],
    [
      'a scope that is null',
      { permissions: [{ service: 's', name: 'n', action: 'a', project_id: null }] },
    ],
  ])('leaves %s to the general way', (_, raw) => {
    expect(readPlainPermission(raw)).toBeUndefined()
  })
})
