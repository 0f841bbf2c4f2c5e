import { expect, test } from 'vitest'
import {
  anOrganizationQuestion,
  aQuestion,
  aRule,
  production,
  staging,
} from '../../test/support/rules.js'
import type { CompiledRule } from './policy.js'
import type { Question } from './question.js'
import { RuleIndex } from './rule-index.js'

const inStaging = { kind: 'projects', projectIds: [staging] } as const
const never = { source: 'false', evaluate: () => ({ kind: 'false' }) as const }
const rules = [
  aRule({ name: 'everywhere', permissions: ['everywhere:*'] }),
  aRule({ name: 'staging', permissions: ['*:start', 'staging:*'], scope: inStaging }),
  aRule({ name: 'organization', scopeType: 'organization' }),
  aRule({ name: 'misplaced', scopeType: 'organization', scope: inStaging }),
  aRule({ name: 'web', permissions: ['web:*'], resources: ['server/web-*', 'server/*'] }),
  aRule({ name: 'conditional', permissions: ['if:*'], condition: never }),
  aRule({ name: 'unconditional', permissions: ['if:*'] }),
]
const index = new RuleIndex(rules)

function fitting(question: Question): string[] {
  const names: string[] = []
  const accepts = ({ id }: CompiledRule) => {
    names.push(id)
    return false
  }
  index.find(question, { accepts })
  return [...new Set(names)].sort()
}

test.each<[string, Question, string[]]>([
  ['a rule of every project', aQuestion('everywhere:read'), ['everywhere']],
  ['in another project', aQuestion('everywhere:a', { projectId: production }), ['everywhere']],
  ['two rules of one action', aQuestion('everywhere:start'), ['everywhere', 'staging']],
  ['a rule that two patterns find', aQuestion('staging:start'), ['staging']],
  ['not in a project that is not listed', aQuestion('staging:a', { projectId: production }), []],
  ['the organization, and no misplaced rule', anOrganizationQuestion('a'), ['organization']],
  ['by resource', aQuestion('web:read'), ['web']],
  ['not by another resource', aQuestion('web:read', { type: 'disk' }), []],
  ['nothing', aQuestion('nothing'), []],
])('finds %s', (_, question, names) => {
  expect(fitting(question)).toEqual(names)
})

test('tries unconditional rules before those that need an evaluation', () => {
  expect(index.find(aQuestion('if:read'), { accepts: () => true })?.id).toBe('unconditional')
})

test('goes on until a rule is accepted', () => {
  const accepts = ({ condition }: CompiledRule) => condition !== undefined
  const found = index.find(aQuestion('if:read'), { accepts })
  expect(found?.id).toBe('conditional')
})

test('arranges a rule once, for all its permissions and all actions that meet it', () => {
  let looks = 0
  const rule = {
    ...aRule({ name: 'wide', permissions: Array.from({ length: 100 }, (_, at) => `wide:${at}`) }),
    get resources() {
      looks += 1
      return []
    },
  }
  const wide = new RuleIndex([rule, { ...rules[0], id: rule.id } as CompiledRule])
  const find = (at: number) => wide.find(aQuestion(`wide:${at}`), { accepts: () => true })
  expect(find(0)).toBe(rule)
  const looksAtFirst = looks
  for (let at = 1; at < 100; at++) expect(find(at)).toBe(rule)
  expect(looks).toBe(looksAtFirst)
})

test('finds what each of many actions meets, again and again', () => {
  const actions = Array.from({ length: 200 }, (_, at) => `many:${at}`)
  const many = new RuleIndex(
    actions.map((action, at) =>
      aRule({ name: action, permissions: at % 3 === 0 ? [action, 'many:1'] : [action] }),
    ),
  )
  for (const action of [...actions, ...actions]) {
    const found = many.find(aQuestion(action), { accepts: ({ id }) => id === action })
    expect(found?.id).toBe(action)
  }
  expect(many.find(aQuestion('many:1'), { accepts: ({ id }) => id === 'many:198' })).toBeDefined()
  expect(many.find(aQuestion('many:2'), { accepts: ({ id }) => id !== 'many:2' })).toBeUndefined()
})

test('takes no permissions for the same that only look the same together', () => {
  // 1 and 234 are written as 12 and 34 are, unless something stands between.
  const shared = new Map([
    [1, 'both:a'],
    [234, 'both:a'],
    [12, 'both:b'],
    [34, 'both:b'],
  ])
  const numbered = Array.from({ length: 235 }, (_, at) => {
    const both = shared.get(at)
    const permissions = [`only:${at}`, ...(both === undefined ? [] : [both])]
    return aRule({ name: `${at}`, permissions })
  })
  const parted = [
    aRule({ name: 'first', permissions: ['p:a', 'bp:c'] }),
    aRule({ name: 'second', permissions: ['p:ab', 'p:c'] }),
  ]
  const all = new RuleIndex([...numbered, ...parted])
  const met = (action: string) => {
    const names: string[] = []
    all.find(aQuestion(action), { accepts: ({ id }) => names.push(id) < 0 })
    return names
  }
  expect(met('both:a')).toEqual(['1', '234'])
  expect(met('both:b')).toEqual(['12', '34'])
  expect(met('bp:c')).toEqual(['first'])
  expect(met('p:ab')).toEqual(['second'])
})

test('arranges what all actions meet once, however many actions meet other rules too', () => {
  let looks = 0
  const watched = {
    ...aRule({ name: 'all', permissions: ['*'] }),
    get resources() {
      looks += 1
      return []
    },
  }
  const actions = Array.from({ length: 200 }, (_, at) => `each:${at}`)
  const others = actions.map((action) => aRule({ name: action, permissions: [action] }))
  const mixed = new RuleIndex([watched, ...others])
  for (const action of [...actions, ...actions]) {
    expect(mixed.find(aQuestion(action), { accepts: ({ id }) => id === 'all' })).toBe(watched)
  }
  expect(looks).toBe(1)
})

test('knows its size, and finds nothing when it is empty', () => {
  expect(index.size).toBe(rules.length)
  expect(new RuleIndex([]).find(aQuestion('if:read'), { accepts: () => true })).toBeUndefined()
})
