import { expect, test } from 'vitest'
import { Validation } from '../domain/validation.js'
import { parseSimulation } from './simulation-file.js'

function problems(raw: unknown): string[] {
  const v = new Validation()
  parseSimulation(v, raw)
  return v.violations.map(({ field, reason }) => `${field} ${reason}`)
}

const rule = { permission_sets: ['VPCFullAccess'], organization: true }
const question = { user: 'ada@example.com', action: 'a:b' }

test('a simulation may hold every kind of change', () => {
  const changes = [
    { create_policy: { name: 'p', principal: { group: 'g' }, rules: [rule] } },
    { update_policy: { policy: 'p', principal: { user: 'ada@example.com' } } },
    { update_policy: { policy: 'p' } },
    { delete_policy: { policy: 'p' } },
    { set_rules: { policy: 'p', rules: [rule] } },
    { create_rule: { policy: 'p', rule } },
    { delete_rule: { policy: 'p', rule: '00000000-0000-4000-8000-000000000000' } },
    { add_group_members: { group: 'g', users: ['ada@example.com'], applications: ['ci'] } },
    { remove_group_members: { group: 'g', users: ['ada@example.com'] } },
  ]
  expect(problems({ changes, questions: [question] })).toEqual([])
  const v = new Validation()
  const { changes: read } = parseSimulation(v, { changes, questions: [question] })
  expect(read.map(({ kind }) => kind)).toEqual(changes.flatMap((change) => Object.keys(change)))
})

test.each<[string, unknown, string[]]>([
  ['no change', {}, ['changes[0] REQUIRED']],
  [
    'two changes in one',
    { delete_policy: { policy: 'p' }, set_rules: { policy: 'p' } },
    ['changes[0] REQUIRED'],
  ],
  ['an unknown change', { frob: {} }, ['changes[0] REQUIRED', 'changes[0].frob UNKNOWN']],
  ['no policy', { delete_policy: {} }, ['changes[0].delete_policy.policy REQUIRED']],
  ['no rule', { create_rule: { policy: 'p' } }, ['changes[0].create_rule.rule REQUIRED']],
  [
    'an unknown key of a rule',
    { set_rules: { policy: 'p', rules: [{ ...rule, when: 'x' }] } },
    ['changes[0].set_rules.rules[0].when UNKNOWN'],
  ],
  [
    'two principals',
    { update_policy: { policy: 'p', principal: { user: 'a', group: 'b' } } },
    ['changes[0].update_policy.principal REQUIRED'],
  ],
])('%s is reported by its field', (_, change, expected) => {
  expect(problems({ changes: [change], questions: [question] })).toEqual(expected)
})

test.each<[string, unknown, string[]]>([
  ['nobody', { action: 'a' }, ['questions[0] REQUIRED']],
  ['two askers', { ...question, application: 'ci' }, ['questions[0] REQUIRED']],
  ['no action', { user: 'a' }, ['questions[0].action REQUIRED']],
  ['a list for attributes', { ...question, attributes: [1] }, ['questions[0].attributes FORMAT']],
  ['an unknown key', { ...question, resource: 'x' }, ['questions[0].resource UNKNOWN']],
])('a question with %s is reported by its field', (_, asked, expected) => {
  expect(problems({ changes: [], questions: [asked] })).toEqual(expected)
})
