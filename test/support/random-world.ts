import fc from 'fast-check'
import type { CorpusCase } from '../../src/domain/corpus.js'
import type { PolicyEntry, RuleEntry } from '../../src/domain/document.js'
import type { KeyPlan, OrganizationPlan } from '../../src/domain/world/plan.js'

/**
 * Small worlds over a small vocabulary, so that actions meet patterns, projects meet scopes and
 * rules meet one another often.
 */

export type Asked = Pick<CorpusCase, 'asker' | 'question' | 'atMs'>

export interface Scene {
  readonly plans: readonly OrganizationPlan[]
  readonly asked: Asked
}

const organizationNames = ['acme', 'globex']
const users = ['owner@x.example', 'u1@x.example', 'u2@x.example', 'U3@x.example']
const applications = ['app1', 'app2']
const groupNames = ['g1', 'g2', 'all_users', 'all_applications']
const projects = ['default', 'p1', 'p2']
const conditions = [
  'true',
  'false',
  'context.x == 1.0',
  '!(context.x == 1.0)',
  'request.ip == "10.0.0.1"',
  'inIpRange(request.ip, "10.0.0.0/8")',
  'has(resource.id)',
  'principal.type == "user"',
  '"t" in principal.tags',
  'resource.attributes.k == principal.attributes.k',
  'request.time < timestamp("1970-01-01T00:00:01.500Z")',
]

const letters = (alphabet: readonly string[], lengths: { minLength: number; maxLength: number }) =>
  fc.array(fc.constantFrom(...alphabet), lengths).map((parts) => parts.join(''))

const action = letters(['a', 'b', ':'], { minLength: 1, maxLength: 4 })
const actionPattern = fc.oneof(
  { weight: 2, arbitrary: fc.constant('*') },
  { weight: 5, arbitrary: letters(['a', 'b', ':', '*', '*'], { minLength: 1, maxLength: 4 }) },
)
const resourcePattern = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('*', 's/*', '*a') },
  { weight: 3, arbitrary: letters(['s', 'a', '/', '*', '*'], { minLength: 1, maxLength: 4 }) },
)
const attributes = fc.constantFrom({}, { k: 1 }, { k: 2 }, { k: 'text' })
const tags = fc.constantFrom([], ['t'])
const mostly = <T>(value: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: other })

const ruleScope = fc.oneof(
  fc.record({
    permissionSets: fc.uniqueArray(fc.constantFrom('P1', 'P2', 'P3'), { minLength: 1 }),
    organization: fc.constant(true),
    projects: fc.constant([]),
  }),
  fc.record({
    permissionSets: fc.uniqueArray(fc.constantFrom('P1', 'P2', 'P3'), { minLength: 1 }),
    organization: fc.constant(false),
    projects: fc.uniqueArray(fc.constantFrom(...projects), { minLength: 1 }),
  }),
  fc.record({
    permissionSets: fc.constant(['O1']),
    organization: fc.constant(true),
    projects: fc.constant([]),
  }),
)

function ruleOf(effect: fc.Arbitrary<RuleEntry['effect']>): fc.Arbitrary<RuleEntry> {
  const rest = fc.record({
    effect,
    resources: mostly<string[]>([], fc.array(resourcePattern, { minLength: 1, maxLength: 2 })),
    condition: mostly('', fc.constantFrom(...conditions)),
  })
  return fc.tuple(ruleScope, rest).map(([scope, others]) => ({ ...scope, ...others }))
}

const principal = fc.oneof(
  fc.record({ type: fc.constant('user' as const), name: fc.constantFrom(...users) }),
  fc.record({ type: fc.constant('application' as const), name: fc.constantFrom(...applications) }),
  fc.record({ type: fc.constant('group' as const), name: fc.constantFrom(...groupNames) }),
)

function policiesOf(rule: fc.Arbitrary<RuleEntry>): fc.Arbitrary<PolicyEntry[]> {
  const policy = fc.record(
    { principal, rules: fc.array(rule, { maxLength: 3 }) },
    { requiredKeys: ['rules'] },
  )
  return fc
    .array(policy, { maxLength: 6 })
    .map((policies) =>
      policies.map((each, i) => ({ ...each, id: '', name: `p${i}`, description: '', tags: [] })),
    )
}

export const allowRule = ruleOf(fc.constant('allow'))
export const anyPrincipal = principal
const anyRule = ruleOf(mostly<RuleEntry['effect']>('allow', fc.constant('deny')))

const narrowing = fc.record({
  actions: mostly<string[]>([], fc.array(actionPattern, { minLength: 1, maxLength: 2 })),
  resources: mostly<string[]>([], fc.array(resourcePattern, { minLength: 1, maxLength: 2 })),
  projects: mostly<string[]>([], fc.uniqueArray(fc.constantFrom(...projects), { minLength: 1 })),
  sourceCidrs: mostly<string[]>([], fc.constant(['10.0.0.0/31', '2001:db8::/32'])),
})
const expiry = mostly<{ expiresAtMs?: number }>({}, fc.constantFrom({ expiresAtMs: 1_000 }))
const bearer = fc.oneof(
  fc.record({ type: fc.constant('user' as const), name: fc.constantFrom(...users) }),
  fc.record({ type: fc.constant('application' as const), name: fc.constantFrom(...applications) }),
)

function keysOf(organization: string): fc.Arbitrary<KeyPlan[]> {
  return fc
    .tuple(fc.array(fc.tuple(bearer, narrowing, expiry), { minLength: 2, maxLength: 2 }))
    .map(([keys]) =>
      keys.map(([who, what, until], i) => ({
        name: `${organization}-${i}`,
        bearer: who,
        narrowing: what,
        ...until,
      })),
    )
}

function planOf(name: string): fc.Arbitrary<OrganizationPlan> {
  const sets = fc.array(fc.array(actionPattern, { minLength: 1, maxLength: 3 }), {
    minLength: 4,
    maxLength: 4,
  })
  const members = fc.record({
    users: fc.uniqueArray(fc.constantFrom(...users)),
    applications: fc.uniqueArray(fc.constantFrom(...applications)),
  })
  const state = fc.record({ locked: mostly(false, fc.constant(true)), attributes, tags })
  return fc
    .record({
      sets,
      groups: fc.tuple(members, members),
      states: fc.tuple(state, state, state, state),
      pending: mostly<string[]>([], fc.constant(['u2@x.example'])),
      policies: policiesOf(anyRule),
      keys: keysOf(name),
    })
    .map(({ sets: patterns, groups, states, pending, policies, keys }) => ({
      name,
      pending,
      keys,
      document: {
        projects: ['p1', 'p2'].map((each) => ({ id: '', name: each, description: '' })),
        users: users.map((email, i) => ({
          id: '',
          email,
          type: (['owner', 'member', 'guest', 'member'] as const)[i] ?? 'member',
          displayName: '',
          externalId: '',
          tags: states[i]?.tags ?? [],
          attributes: states[i]?.attributes ?? {},
          locked: i > 0 && states[i]?.locked === true,
        })),
        applications: applications.map((each) => ({
          id: '',
          name: each,
          description: '',
          externalId: '',
          tags: [],
          attributes: { k: 1 },
        })),
        groups: groups.map((each, i) => ({
          ...each,
          id: '',
          name: `g${i + 1}`,
          description: '',
          tags: [],
        })),
        permissionSets: ['P1', 'P2', 'P3', 'O1'].map((set, i) => ({
          name: set,
          scopeType: set === 'O1' ? ('organization' as const) : ('projects' as const),
          description: '',
          permissions: patterns[i] ?? [],
        })),
        policies,
      },
    }))
}

const asker = fc.oneof(
  fc.record({
    kind: fc.constant('key' as const),
    name: fc.constantFrom('acme-0', 'acme-1', 'globex-0', 'globex-1'),
  }),
  fc.record({
    kind: fc.constant('principal' as const),
    organization: fc.constantFrom(...organizationNames),
    bearer,
  }),
)

/** A question mostly about the organization of who asks. */
function askedOf(who: Asked['asker']): fc.Arbitrary<Asked> {
  const home = who.kind === 'principal' ? who.organization : homeOfKey(who)
  const anyOrganization = mostly(home, fc.constantFrom(...organizationNames))
  const project = fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    {
      weight: 4,
      arbitrary: fc.record({ organization: anyOrganization, name: fc.constantFrom(...projects) }),
    },
  )
  const resource = fc.record({
    organization: mostly('', anyOrganization),
    project,
    organizationId: fc.constant(''),
    projectId: fc.constant(''),
    type: fc.constantFrom('s', 's', 'a', ''),
    id: fc.constantFrom('', 'a', 's', 'a/s', 'sa'),
    name: fc.constant(''),
    locality: fc.constant(''),
    attributes,
  })
  return fc.record({
    asker: fc.constant(who),
    question: fc.record({
      action,
      resource,
      request: fc.constantFrom(
        undefined,
        { ip: '10.0.0.1', userAgent: '' },
        { ip: '::ffff:10.0.0.1', userAgent: '' },
        { ip: '192.0.2.1', userAgent: '' },
      ),
      context: fc.constantFrom(undefined, { x: 1 }, { x: 2 }),
    }),
    atMs: fc.constantFrom(999, 999, 1_000, 2_000),
  })
}

function homeOfKey(who: Asked['asker']): string {
  return who.kind === 'key' ? (who.name.split('-')[0] ?? '') : ''
}

export const anyScene: fc.Arbitrary<Scene> = fc
  .record({
    plans: fc.tuple(...organizationNames.map(planOf)),
    asked: asker.chain(askedOf),
  })
  .map(({ plans, asked }) => ({ plans, asked }))
