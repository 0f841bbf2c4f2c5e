import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { findBuiltinPermissionSet } from '../../src/catalog/builtin.js'

const name = z.string().regex(/^[a-zA-Z0-9()._\- ]{1,64}$/)
const description = z.string().min(1).max(200)
const tags = z.array(z.string().regex(/^[a-zA-Z0-9._\-/=+@ ]{1,70}$/)).max(10)
const externalId = z.string().min(1)
const attributes = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const scopeType = z.enum(['projects', 'organization'])

const rule = z.strictObject({
  effect: z.literal('deny').optional(),
  permission_sets: z.array(name).min(1),
  projects: z.array(name).min(1).optional(),
  organization: z.literal(true).optional(),
  resources: z.array(z.string().regex(/^[^/]+\/./)).optional(),
  condition: z.string().min(1).max(2048).optional(),
})

const policy = z.strictObject({
  name,
  description,
  tags,
  principal: z
    .union([
      z.strictObject({ user: z.email() }),
      z.strictObject({ application: name }),
      z.strictObject({ group: name }),
    ])
    .optional(),
  rules: z.array(rule).min(1),
})

const organization = z.strictObject({
  organization: z.strictObject({ name }),
  projects: z.array(z.strictObject({ name, description })),
  users: z.array(
    z.strictObject({
      email: z.email(),
      type: z.enum(['member', 'guest']),
      display_name: z.string().min(1),
      external_id: externalId.optional(),
      tags,
      attributes: attributes.optional(),
    }),
  ),
  applications: z.array(
    z.strictObject({ name, description, external_id: externalId, tags, attributes }),
  ),
  groups: z.array(
    z.strictObject({ name, description, users: z.array(z.email()), applications: z.array(name) }),
  ),
  permission_sets: z.array(
    z.strictObject({
      name,
      scope_type: scopeType,
      description,
      permissions: z.array(z.string().min(1)).min(1),
    }),
  ),
  policies: z.array(policy),
})

type Rule = z.infer<typeof rule>
type Policy = z.infer<typeof policy>

const source = readFileSync(new URL('../../examples/acme.yaml', import.meta.url), 'utf8')
const acme = organization.parse(parse(source))

// The questions at the head of the file, with their answers; a condition decides what `depends`.
const question = /^# {3}(\S+) +(\S+) +(\S+) +(\S+) +(allow|deny|depends)\b/gm
const questions = [...source.matchAll(question)].map((match) => {
  const [, who = '', action = '', project = '', resource = '', expected = ''] = match
  return { who, action, project, resource, expected }
})

const emails = acme.users.map(({ email }) => email)
const projects = ['default', ...acme.projects.map((project) => project.name)]
const applications = acme.applications.map((application) => application.name)
const groups = ['all_users', 'all_applications', ...acme.groups.map((group) => group.name)]

test('the example has the size it promises', () => {
  expect(questions).toHaveLength(9)
  expect(acme.projects).toHaveLength(3)
  expect(acme.users).toHaveLength(40)
  expect(acme.users.filter(({ type }) => type === 'guest')).toHaveLength(5)
  expect(acme.applications).toHaveLength(15)
  expect(acme.groups).toHaveLength(12)
  expect(acme.policies).toHaveLength(60)
})

test('everything that identifies is unique', () => {
  const externalIds = [...acme.users, ...acme.applications].flatMap((one) => one.external_id ?? [])
  const policies = acme.policies.map((one) => one.name)
  const sets = acme.permission_sets.map((one) => one.name)
  for (const all of [emails, projects, applications, groups, policies, sets, externalIds]) {
    expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([])
  }
  for (const tagged of [...acme.users, ...acme.applications, ...acme.policies]) {
    expect(new Set(tagged.tags).size).toBe(tagged.tags.length)
  }
})

test('groups hold known members; one is empty and one is mixed', () => {
  for (const group of acme.groups) {
    expect(emails, group.name).toEqual(expect.arrayContaining(group.users))
    expect(applications, group.name).toEqual(expect.arrayContaining(group.applications))
  }
  const sizes = acme.groups.map((group) => [group.users.length, group.applications.length])
  expect(sizes).toContainEqual([0, 0])
  expect(sizes.some(([users = 0, machines = 0]) => users > 0 && machines > 0)).toBe(true)
})

test('custom sets have names of their own and stay in the notation of the catalogue', () => {
  for (const set of acme.permission_sets) {
    expect(findBuiltinPermissionSet(set.name), set.name).toBeUndefined()
    for (const permission of set.permissions) {
      expect(permission).toMatch(/^[a-z_]+:[a-z*-]+:[a-z*-]+$/)
    }
  }
})

test.each(acme.policies)('the references of the policy `$name` resolve', (policy) => {
  if (policy.principal) expect(known(policy.principal)).toBe(true)
  for (const rule of policy.rules) {
    expect(projects).toEqual(expect.arrayContaining(rule.projects ?? []))
    for (const set of rule.permission_sets) expect(scopeTypeOf(set), set).toBeDefined()
  }
})

test.each(acme.policies)('each rule of `$name` has one scope, and sets that fit it', (policy) => {
  for (const rule of policy.rules) {
    expect([rule.projects, rule.organization].filter(Boolean)).toHaveLength(1)
    const types = new Set(rule.permission_sets.map(scopeTypeOf))
    expect(types.size).toBe(1)
    if (types.has('organization')) expect(rule.organization).toBe(true)
  }
})

test('the example shows every kind of policy', () => {
  const rules = acme.policies.flatMap((policy) => policy.rules)
  const kinds = acme.policies.map(({ principal }) => Object.keys(principal ?? { nobody: true })[0])
  expect(new Set(kinds)).toEqual(new Set(['user', 'application', 'group', 'nobody']))
  expect(rules.filter(({ effect }) => effect === 'deny').length).toBeGreaterThanOrEqual(10)
  expect(rules.filter(({ condition }) => condition).length).toBeGreaterThanOrEqual(20)
  expect(rules.filter(({ resources }) => resources).length).toBeGreaterThanOrEqual(10)
})

test.each(questions)('$who asks for $action in $project on $resource: $expected', (question) => {
  const { who, action, project, resource, expected } = question
  const matching = acme.policies
    .filter((policy) => concerns(policy, who))
    .flatMap((policy) => policy.rules)
    .filter((rule) => rule.organization || rule.projects?.includes(project))
    .filter((rule) => !rule.resources || matchesAny(rule.resources, resource))
    .filter((rule) => matchesAny(rule.permission_sets.flatMap(permissionsOf), action))
  expect(outcome(matching)).toBe(expected)
})

function known(principal: NonNullable<Policy['principal']>): boolean {
  if ('user' in principal) return emails.includes(principal.user)
  if ('application' in principal) return applications.includes(principal.application)
  return groups.includes(principal.group)
}

function scopeTypeOf(set: string): 'projects' | 'organization' | undefined {
  const custom = acme.permission_sets.find((one) => one.name === set)
  return custom?.scope_type ?? findBuiltinPermissionSet(set)?.scopeType
}

function permissionsOf(set: string): readonly string[] {
  const custom = acme.permission_sets.find((one) => one.name === set)
  return custom?.permissions ?? findBuiltinPermissionSet(set)?.permissions ?? []
}

function concerns({ principal }: Policy, who: string): boolean {
  if (!principal) return false
  if ('user' in principal) return principal.user === who
  if ('application' in principal) return principal.application === who
  if (principal.group === 'all_users') return emails.includes(who)
  if (principal.group === 'all_applications') return applications.includes(who)
  const group = acme.groups.find((one) => one.name === principal.group)
  return group !== undefined && [...group.users, ...group.applications].includes(who)
}

function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => {
    const literals = pattern.split('*').map((literal) => literal.replace(/[^\w:/-]/g, '\\$&'))
    return new RegExp(`^${literals.join('.*')}$`).test(text)
  })
}

function outcome(matching: readonly Rule[]): 'allow' | 'deny' | 'depends' {
  const denies = matching.filter(({ effect }) => effect === 'deny')
  const allows = matching.filter(({ effect }) => effect === undefined)
  if (allows.length === 0 || denies.some(isUnconditional)) return 'deny'
  if (denies.length === 0 && allows.some(isUnconditional)) return 'allow'
  return 'depends'
}

function isUnconditional({ condition }: Rule): boolean {
  return condition === undefined
}
