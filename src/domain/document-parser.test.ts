import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { emptyDocument, type OrganizationDocument } from './document.js'
import { documentToFile, parseDocument } from './document-parser.js'
import { Validation } from './validation.js'

function read(raw: unknown) {
  const v = new Validation()
  const document = parseDocument(v, '', raw)
  return { document, problems: v.violations.map(({ field, reason }) => `${field} ${reason}`) }
}

test('reads every key of the format', () => {
  const { document, problems } = read({
    organization: { name: 'Acme' },
    projects: [{ id: 'p', name: 'staging', description: 'Rehearsal' }],
    users: [
      {
        email: 'ada@acme.example',
        type: 'guest',
        display_name: 'Ada',
        external_id: 'hr-1',
        tags: ['oncall'],
        attributes: { level: 3 },
        locked: true,
      },
    ],
    applications: [{ name: 'ci', external_id: 'app-ci', attributes: { tier: 'staging' } }],
    groups: [{ name: 'robots', users: ['ada@acme.example'], applications: ['ci'] }],
    permission_sets: [{ name: 'Drive', scope_type: 'organization', permissions: ['robots:*'] }],
    policies: [
      {
        name: 'p',
        principal: { application: 'ci' },
        rules: [
          { effect: 'deny', permission_sets: ['Drive'], organization: true, condition: 'true' },
          { permission_sets: ['Drive'], projects: ['staging'], resources: ['arm/*'] },
        ],
      },
    ],
  })
  expect(problems).toEqual([])
  expect(document.name).toBe('Acme')
  expect(document.projects).toEqual([{ id: 'p', name: 'staging', description: 'Rehearsal' }])
  expect(document.users).toMatchObject([{ type: 'guest', displayName: 'Ada', locked: true }])
  expect(document.applications).toMatchObject([{ externalId: 'app-ci', tags: [] }])
  expect(document.groups).toMatchObject([{ users: ['ada@acme.example'], applications: ['ci'] }])
  expect(document.permissionSets).toMatchObject([{ scopeType: 'organization' }])
  expect(document.policies[0]?.principal).toEqual({ type: 'application', name: 'ci' })
  expect(document.policies[0]?.rules).toMatchObject([
    { effect: 'deny', organization: true, projects: [], condition: 'true' },
    { effect: 'allow', organization: false, projects: ['staging'], resources: ['arm/*'] },
  ])
})

test('takes what is absent, or null, for empty', () => {
  expect(read({})).toEqual({ document: emptyDocument, problems: [] })
  expect(read({ users: null, organization: null }).document).toEqual(emptyDocument)
  expect(read({ users: [{ email: 'ada@acme.example' }] }).document.users).toMatchObject([
    { id: '', type: 'member', displayName: '', tags: [], attributes: {}, locked: false },
  ])
})

test.each<[string, unknown, string[]]>([
  ['an empty file', null, [' FORMAT']],
  ['a list', [], [' FORMAT']],
  ['a text', 'organization', [' FORMAT']],
  ['an unknown key at the top', { polices: [] }, ['polices UNKNOWN']],
  ['an unknown key below', { users: [{ email: 'a@b.c', typ: 'x' }] }, ['users[0].typ UNKNOWN']],
  ['an organization without a name', { organization: {} }, ['organization.name REQUIRED']],
  ['a list that is none', { users: { email: 'a@b.c' } }, ['users FORMAT']],
  ['an entry that is none', { groups: ['web'] }, ['groups[0] FORMAT', 'groups[0].name REQUIRED']],
  ['a missing name', { projects: [{}] }, ['projects[0].name REQUIRED']],
  ['an empty name', { projects: [{ name: '' }] }, ['projects[0].name REQUIRED']],
  ['a name that YAML reads as a number', { projects: [{ name: 12 }] }, ['projects[0].name FORMAT']],
  ['an unknown type', { users: [{ email: 'a@b.c', type: 'admin' }] }, ['users[0].type FORMAT']],
  ['a locked that is text', { users: [{ email: 'a', locked: 'no' }] }, ['users[0].locked FORMAT']],
  [
    'attributes that are a list',
    { applications: [{ name: 'ci', attributes: [1] }] },
    ['applications[0].attributes FORMAT'],
  ],
  [
    'a principal of two kinds',
    { policies: [{ name: 'p', principal: { user: 'a', group: 'b' } }] },
    ['policies[0].principal REQUIRED'],
  ],
  [
    'a principal of no kind',
    { policies: [{ name: 'p', principal: {} }] },
    ['policies[0].principal REQUIRED'],
  ],
  [
    'an unknown effect',
    { policies: [{ name: 'p', rules: [{ effect: 'Deny' }] }] },
    ['policies[0].rules[0].effect FORMAT'],
  ],
  [
    'a project that is a number, deep down',
    { policies: [{ name: 'p' }, { name: 'q', rules: [{ projects: ['a', 7] }] }] },
    ['policies[1].rules[0].projects[1] FORMAT'],
  ],
])('refuses %s', (_, raw, problems) => {
  expect(read(raw).problems).toEqual(problems)
})

const keys = ['name', 'email', 'users', 'groups', 'policies', 'rules', 'principal', 'attributes']
const malformed = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(null, undefined, '', 'deny', true, 0, Number.NaN, 1n, Symbol('s')),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys, '__proto__', 'constructor'), tie('node')),
  ),
})).node

test('never throws, whatever it is given', () => {
  fc.assert(fc.property(malformed, (raw) => Array.isArray(read(raw).problems)))
})

test('does not take inherited members for keys', () => {
  expect(read(Object.create({ users: 'inherited' }))).toEqual({
    document: emptyDocument,
    problems: [],
  })
})

const text = fc.oneof(fc.constantFrom('', 'true', '12', 'null', '~', 'a: b'), fc.string())
const word = fc.string({ minLength: 1 })
const words = fc.array(word, { maxLength: 3 })
const attributes = fc.dictionary(
  fc.stringMatching(/^[a-z]{1,8}$/).filter((key) => key !== 'constructor'),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string())),
  { maxKeys: 4 },
)
const common = { id: text, description: text, tags: words }
const rule = fc.record({
  effect: fc.constantFrom('allow' as const, 'deny' as const),
  permissionSets: words,
  organization: fc.boolean(),
  projects: words,
  resources: words,
  condition: text,
})
const anyDocument: fc.Arbitrary<OrganizationDocument> = fc.record({
  name: text,
  projects: fc.array(fc.record({ id: text, name: word, description: text })),
  users: fc.array(
    fc.record({
      id: text,
      email: word,
      type: fc.constantFrom('owner' as const, 'member' as const, 'guest' as const),
      displayName: text,
      externalId: text,
      tags: words,
      attributes,
      locked: fc.boolean(),
    }),
  ),
  applications: fc.array(fc.record({ ...common, name: word, externalId: text, attributes })),
  groups: fc.array(fc.record({ ...common, name: word, users: words, applications: words })),
  permissionSets: fc.array(
    fc.record({
      name: word,
      scopeType: fc.constantFrom('projects' as const, 'organization' as const),
      description: text,
      permissions: words,
    }),
  ),
  policies: fc.array(
    fc.record(
      {
        ...common,
        name: word,
        principal: fc.record({
          type: fc.constantFrom('user' as const, 'group' as const, 'application' as const),
          name: word,
        }),
        rules: fc.array(rule, { maxLength: 3 }),
      },
      { requiredKeys: ['id', 'description', 'tags', 'name', 'rules'] },
    ),
  ),
})

test('a document written and read again is the same, as data, JSON and YAML', () => {
  fc.assert(
    fc.property(anyDocument, (document) => {
      const file = documentToFile(document)
      for (const copy of [file, JSON.parse(JSON.stringify(file)), parse(stringify(file))]) {
        expect(read(copy)).toEqual({ document, problems: [] })
      }
    }),
  )
})

test('leaves empty things out of the file', () => {
  const user = {
    id: '',
    email: 'ada@acme.example',
    type: 'member',
    displayName: '',
    externalId: '',
    tags: [],
    attributes: {},
    locked: false,
  } as const
  expect(documentToFile({ ...emptyDocument, users: [user] })).toEqual({
    users: [{ email: 'ada@acme.example', type: 'member' }],
  })
})
