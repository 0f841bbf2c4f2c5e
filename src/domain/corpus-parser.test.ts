import { expect, test } from 'vitest'
import { isExpected, type NamedQuestion, type Outcome, toRawQuestion } from './corpus.js'
import { parseCorpus } from './corpus-parser.js'
import type { OrganizationId, ProjectId } from './ids.js'
import { Validation } from './validation.js'

const acme = {
  name: 'acme',
  projects: [{ name: 'staging' }],
  users: [{ email: 'ada@acme.example' }],
  keys: [{ name: 'ada-key', user: 'ada@acme.example' }],
}
const globex = { name: 'globex', projects: [{ name: 'vault' }] }
const asked = {
  name: 'a case',
  key: 'ada-key',
  action: 'a:b',
  resource: { project: 'staging' },
  expect: { decision: 'allow', reason: 'RULE', policy: 'p' },
}

function read(parts: object) {
  const v = new Validation()
  const raw = {
    description: 'a corpus',
    organizations: [acme, globex],
    now: '1970-01-01T00:00:01Z',
    cases: [asked],
    ...parts,
  }
  const corpus = parseCorpus(v, '', raw)
  return { corpus, problems: v.violations.map(({ field, reason }) => `${field} ${reason}`) }
}

function readCase(parts: object) {
  const { corpus, problems } = read({ cases: [{ ...asked, ...parts }] })
  return { first: corpus.cases[0], problems }
}

test('reads a case', () => {
  const { first, problems } = readCase({ request: { ip: '10.1.2.3' }, context: { a: 1 } })
  expect(problems).toEqual([])
  expect(first).toMatchObject({
    name: 'a case',
    organization: 'acme',
    asker: { kind: 'key', name: 'ada-key' },
    atMs: 1_000,
    question: {
      action: 'a:b',
      resource: { organization: '', project: { organization: 'acme', name: 'staging' } },
      request: { ip: '10.1.2.3', userAgent: '' },
      context: { a: 1 },
    },
    expected: { kind: 'decision', effect: 'allow', reason: 'RULE', policy: 'p' },
  })
})

test('reads keys with everything that they may carry', () => {
  const key = {
    name: 'ci',
    application: 'ci',
    expires_at: '1970-01-01T00:00:02Z',
    actions: ['a:*'],
    resources: ['server/*'],
    projects: ['staging'],
    source_cidrs: ['10.0.0.0/8'],
  }
  const { corpus, problems } = read({ organizations: [{ ...acme, keys: [key] }], cases: [] })
  expect(problems).toEqual([])
  expect(corpus.organizations[0]?.keys).toEqual([
    {
      name: 'ci',
      bearer: { type: 'application', name: 'ci' },
      expiresAtMs: 2_000,
      narrowing: {
        actions: ['a:*'],
        resources: ['server/*'],
        projects: ['staging'],
        sourceCidrs: ['10.0.0.0/8'],
      },
    },
  ])
})

const inGlobex = { organization: 'globex', name: 'vault' }

test.each<[string, object, object]>([
  ['the default project', { project: 'default' }, { organization: 'acme', name: 'default' }],
  ["another organization's project", { project: 'globex/vault' }, inGlobex],
  ['a project of the organization said', { organization: 'globex', project: 'vault' }, inGlobex],
])('a resource may be in %s', (_, resource, project) => {
  const { first, problems } = readCase({ resource })
  expect(problems).toEqual([])
  expect(first?.question.resource?.project).toEqual(project)
})

test.each<[string, object, object]>([
  ['a user', { user: 'ada@acme.example' }, { type: 'user', name: 'ada@acme.example' }],
  ['an application nobody made', { application: 'x' }, { type: 'application', name: 'x' }],
])('%s may be asked about by name', (_, who, bearer) => {
  const { first, problems } = readCase({ key: undefined, ...who })
  expect(problems).toEqual([])
  expect(first?.asker).toEqual({ kind: 'principal', organization: 'acme', bearer })
})

test.each<[string, object, string[]]>([
  ['no organization', { organizations: [], cases: [] }, ['organizations REQUIRED']],
  ['no instant', { now: undefined }, ['now REQUIRED']],
  ['no instant that is one', { now: 'noon' }, ['now FORMAT']],
  ['no cases', { cases: undefined }, ['cases REQUIRED']],
  ['an unknown key', { case: [] }, ['case UNKNOWN']],
  [
    'a key of nobody',
    { organizations: [{ ...acme, keys: [{ name: 'ada-key' }] }] },
    ['organizations[0].keys[0] REQUIRED'],
  ],
])('refuses a file with %s', (_, parts, problems) => {
  expect(read(parts).problems).toEqual(problems)
})

test.each<[string, object, string[]]>([
  ['an unknown key', { key: 'bob-key' }, ['cases[0].key UNKNOWN']],
  ['two who ask', { user: 'ada@acme.example' }, ['cases[0] REQUIRED']],
  ['an unknown organization', { organization: 'initech' }, ['cases[0].organization UNKNOWN']],
  [
    'an unknown project',
    { resource: { project: 'stagin' } },
    ['cases[0].resource.project UNKNOWN'],
  ],
  [
    'a project of another organization',
    { resource: { project: 'vault' } },
    ['cases[0].resource.project UNKNOWN'],
  ],
  ['a misspelt member', { resource: { typ: 'server' } }, ['cases[0].resource.typ UNKNOWN']],
  ['no expectation', { expect: undefined }, ['cases[0].expect REQUIRED']],
  ['half an expectation', { expect: { decision: 'deny' } }, ['cases[0].expect.reason REQUIRED']],
  [
    'an allow for a reason to deny',
    { expect: { decision: 'allow', reason: 'EXPLICIT_DENY' } },
    ['cases[0].expect.reason FORMAT'],
  ],
  ['a bad instant', { at: '2026-02-30T00:00:00Z' }, ['cases[0].at FORMAT']],
])('refuses a case with %s', (_, parts, problems) => {
  expect(readCase(parts).problems).toEqual(problems)
})

const ids = {
  findOrganizationId: (name: string) => (name === 'acme' ? ('A' as OrganizationId) : undefined),
  findProjectId: (_: string, name: string) => (name === 'staging' ? ('S' as ProjectId) : undefined),
}

function questionOn(resource: object): NamedQuestion {
  const { first } = readCase({ resource })
  if (!first) throw new Error('there is a case')
  return first.question
}

test('turns names into ids, and leaves ids that are written out', () => {
  const named = questionOn({ organization: 'acme', project: 'staging', type: 'server' })
  expect(toRawQuestion(named, ids).resource).toMatchObject({
    organizationId: 'A',
    projectId: 'S',
    type: 'server',
  })
  const written = questionOn({ organization_id: 'X', project_id: 'Y' })
  expect(toRawQuestion(written, ids).resource).toMatchObject({
    organizationId: 'X',
    projectId: 'Y',
  })
  expect(() => toRawQuestion(questionOn({ project: 'globex/vault' }), ids)).toThrow('vault')
})

const allow: Outcome = { kind: 'decision', effect: 'allow', reason: 'RULE', policy: 'p' }
const deny: Outcome = { ...allow, effect: 'deny', reason: 'EXPLICIT_DENY' }
const invalid: Outcome = { kind: 'invalid', field: 'action' }

test.each<[Outcome, Outcome, boolean]>([
  [allow, allow, true],
  [{ ...allow, policy: '' }, allow, true],
  [allow, { ...allow, policy: 'q' }, false],
  [allow, deny, false],
  [allow, invalid, false],
  [invalid, invalid, true],
  [invalid, { kind: 'invalid', field: 'resource' }, false],
  [invalid, deny, false],
])('%j is met by %j: %s', (expected, got, met) => {
  expect(isExpected(expected, got)).toBe(met)
})
