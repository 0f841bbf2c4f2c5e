import { expect, test } from 'vitest'
import { findBuiltinPermissionSet } from '../../catalog/builtin.js'
import { compileCondition } from '../condition/compile.js'
import { readRecord } from '../record-reader.js'
import { Validation } from '../validation.js'
import { createCountedIds } from './counted-ids.js'
import { readOrganizationPlan } from './plan-parser.js'
import { createWorld } from './world.js'

const start = { permission_sets: ['InstancesServerStart'], organization: true }

function make(...organizations: readonly object[]) {
  const v = new Validation()
  const plans = organizations.map((raw, index) =>
    readRecord(v, `organizations[${index}]`, { raw, read: readOrganizationPlan }),
  )
  const world = createWorld(v, plans, {
    newId: createCountedIds(),
    findBuiltin: findBuiltinPermissionSet,
    compileCondition,
  })
  return { world, problems: v.violations.map(({ field, reason }) => `${field} ${reason}`) }
}

function problemsOfRule(rule: object): string[] {
  const policies = [{ name: 'p', rules: [rule] }]
  const { problems } = make({ name: 'acme', projects: [{ name: 'staging' }], policies })
  return problems.map((problem) => problem.replace('organizations[0].policies[0].rules[0]', 'rule'))
}

test('gives the default project the id of its organization, and keeps ids that are given', () => {
  const id = '11111111-1111-4111-8111-111111111111'
  const projects = [{ name: 'default' }, { name: 'staging', id }]
  const { world, problems } = make({ name: 'acme', projects }, { name: 'globex' })
  expect(problems).toEqual([])
  expect(world.findProjectId('acme', 'default')).toBe(world.findOrganizationId('acme'))
  expect(world.findProjectId('acme', 'staging')).toBe(id)
  expect(world.findOrganizationId('globex')).not.toBe(world.findOrganizationId('acme'))
  expect(world.findProjectId('globex', 'staging')).toBeUndefined()
})

test.each<[string, object, string[]]>([
  [
    'an unknown set',
    { permission_sets: ['Nothing'], organization: true },
    ['rule.permission_sets[0] UNKNOWN'],
  ],
  ['no set', { organization: true }, ['rule.permission_sets REQUIRED']],
  [
    'sets of two types',
    { permission_sets: ['InstancesFullAccess', 'IAMManager'], organization: true },
    ['rule.permission_sets CONSTRAINT'],
  ],
  ['no scope', { permission_sets: ['InstancesFullAccess'] }, ['rule REQUIRED']],
  ['two scopes', { ...start, projects: ['staging'] }, ['rule REQUIRED']],
  [
    'an unknown project',
    { permission_sets: ['InstancesFullAccess'], projects: ['staging', 'x'] },
    ['rule.projects[1] UNKNOWN'],
  ],
  [
    'projects for a set of the organization',
    { permission_sets: ['IAMManager'], projects: ['staging'] },
    ['rule.projects CONSTRAINT'],
  ],
  ['a bad pattern', { ...start, resources: ['a b'] }, ['rule.resources[0] FORMAT']],
  ['a bad condition', { ...start, condition: 'true &&' }, ['rule.condition CONDITION_SYNTAX']],
  ['an unknown variable', { ...start, condition: 'a == 1' }, ['rule.condition CONDITION_UNKNOWN']],
  [
    'too long a condition',
    { ...start, condition: `true || "${'a'.repeat(2_048)}" == ""` },
    ['rule.condition CONDITION_TOO_LONG'],
  ],
])('refuses a rule with %s, as a server would', (_, rule, problems) => {
  expect(problemsOfRule(rule)).toEqual(problems)
})

test.each<[string, object, string[]]>([
  [
    'a user twice',
    { users: [{ email: 'A@a.example' }, { email: 'a@a.example' }] },
    ['users[1] DUPLICATE'],
  ],
  ['a project twice', { projects: [{ name: 'p' }, { name: 'p' }] }, ['projects[1] DUPLICATE']],
  ['a policy twice', { policies: [{ name: 'p' }, { name: 'p' }] }, ['policies[1] DUPLICATE']],
  [
    'a set of a built-in name',
    { permission_sets: [{ name: 'IAMManager', permissions: ['a'] }] },
    ['permission_sets[0] DUPLICATE'],
  ],
  ['an id that is none', { projects: [{ name: 'p', id: 'P' }] }, ['projects[0].id FORMAT']],
  ['an unknown member', { groups: [{ name: 'g', users: ['x'] }] }, ['groups[0].users[0] UNKNOWN']],
  [
    'a group of an implicit name',
    { groups: [{ name: 'all_users' }] },
    ['groups[0].name CONSTRAINT'],
  ],
  [
    'a policy of nobody known',
    { policies: [{ name: 'p', principal: { application: 'ci' } }] },
    ['policies[0].principal.application UNKNOWN'],
  ],
  ['a key of nobody known', { keys: [{ name: 'k', user: 'x' }] }, ['keys[0].user UNKNOWN']],
  [
    'a key twice',
    {
      applications: [{ name: 'ci' }],
      keys: [
        { name: 'k', application: 'ci' },
        { name: 'k', application: 'ci' },
      ],
    },
    ['keys[1] DUPLICATE'],
  ],
  [
    'a key narrowed to no project',
    { applications: [{ name: 'ci' }], keys: [{ name: 'k', application: 'ci', projects: ['x'] }] },
    ['keys[0].projects[0] UNKNOWN'],
  ],
  [
    'two owners',
    { users: ['a@a.example', 'b@a.example'].map((email) => ({ email, type: 'owner' })) },
    ['users CONSTRAINT'],
  ],
  [
    'a locked owner',
    { users: [{ email: 'a@a.example', type: 'owner', locked: true }] },
    ['users[0].locked CONSTRAINT'],
  ],
  [
    'a pending member',
    { users: [{ email: 'a@a.example' }], pending: ['a@a.example'] },
    ['users[0].type CONSTRAINT'],
  ],
  ['somebody unknown pending', { pending: ['a@a.example'] }, ['pending[0] UNKNOWN']],
])('refuses %s', (_, parts, problems) => {
  const expected = problems.map((problem) => `organizations[0].${problem}`)
  expect(make({ name: 'acme', ...parts }).problems).toEqual(expected)
})

test('names of organizations and keys are unique in the world', () => {
  const applications = [{ name: 'ci' }]
  const keys = [{ name: 'k', application: 'ci' }]
  const twin = { name: 'acme', applications, keys }
  expect(make(twin, twin).problems).toEqual([
    'organizations[1] DUPLICATE',
    'organizations[1].keys DUPLICATE',
  ])
})
