import { status } from '@grpc/grpc-js'
import { beforeAll, expect, it } from 'vitest'
import { KeyNarrowing } from '../../src/grpc/gen/postern/v1/api_key.js'
import {
  AuthorizeRequest,
  ExplainRequest,
  RequestContext,
  Resource,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { OrganizationDocument } from '../../src/grpc/gen/postern/v1/document.js'
import { Group } from '../../src/grpc/gen/postern/v1/group.js'
import { Organization } from '../../src/grpc/gen/postern/v1/organization.js'
import { PermissionSet } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { Policy, type Rule } from '../../src/grpc/gen/postern/v1/policy.js'
import { User } from '../../src/grpc/gen/postern/v1/user.js'
import { anApplication, aRule, grant, onProjects } from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

/** What the cases refer to; made anew on each store. */
interface World {
  readonly api: Api
  readonly secret: string
  readonly accessKey: string
  readonly userId: string
  readonly groupId: string
  readonly applicationId: string
  readonly applicationKey: string
  readonly policyId: string
  readonly ownOrganizationId: string
  readonly foreignOrganizationId: string
  readonly foreignProjectId: string
  readonly foreignGroupId: string
}

interface Case {
  readonly title: string
  call(world: World): Promise<unknown>
  readonly code: status
  /** Of the ErrorInfo; INVALID_ARGUMENT where the violations say it. */
  readonly reason?: string
  /** `field REASON`, all of them. */
  readonly violations?: readonly string[]
}

const nobody = '00000000-0000-4000-8000-000000000000'
const long = (length: number) => 'x'.repeat(length)
const sets = { permissionSetNames: ['InstancesFullAccess'] }

function invalid(title: string, violation: string, call: Case['call']): Case {
  return {
    title,
    call,
    code: status.INVALID_ARGUMENT,
    reason: 'INVALID_ARGUMENT',
    violations: [violation],
  }
}

const names: Case[] = [
  invalid('an empty name', 'name REQUIRED', ({ api }) => api.groups.createGroup({ name: '' })),
  invalid('a name of 65 characters', 'name TOO_LONG', ({ api }) =>
    api.groups.createGroup({ name: long(65) }),
  ),
  invalid('a name with a newline', 'name FORMAT', ({ api }) =>
    api.applications.createApplication({ name: 'a\nb' }),
  ),
  invalid('a name with a leading space', 'name FORMAT', ({ api }) =>
    api.applications.createApplication({ name: ' a' }),
  ),
  invalid('a name with an emoji', 'name FORMAT', ({ api }) =>
    api.applications.createApplication({ name: 'party 🎉' }),
  ),
  invalid('a name with a bidirectional override', 'name FORMAT', ({ api }) =>
    api.policies.createPolicy({ name: 'a\u202eb' }),
  ),
  invalid('a description of 201 characters', 'description TOO_LONG', ({ api }) =>
    api.groups.createGroup({ name: 'g', description: long(201) }),
  ),
  invalid('a description with an escape sequence', 'description FORMAT', ({ api }) =>
    api.groups.createGroup({ name: 'g', description: '\u001b[31m' }),
  ),
  invalid('eleven tags', 'tags TOO_MANY', ({ api }) =>
    api.groups.createGroup({ name: 'g', tags: Array.from({ length: 11 }, (_, i) => `t${i}`) }),
  ),
  invalid('a tag twice', 'tags[1] DUPLICATE', ({ api }) =>
    api.groups.createGroup({ name: 'g', tags: ['a', 'a'] }),
  ),
  invalid('a tag with a colon', 'tags[0] FORMAT', ({ api }) =>
    api.groups.createGroup({ name: 'g', tags: ['a:b'] }),
  ),
  invalid('a tag of 71 characters', 'tags[0] TOO_LONG', ({ api }) =>
    api.groups.createGroup({ name: 'g', tags: [long(71)] }),
  ),
  invalid('an empty tag', 'tags[0] REQUIRED', ({ api }) =>
    api.groups.createGroup({ name: 'g', tags: [''] }),
  ),
  invalid('an address that is none', 'email FORMAT', ({ api }) =>
    api.users.createUser({ email: 'ada' }),
  ),
  invalid('an address of 300 characters', 'email TOO_LONG', ({ api }) =>
    api.users.createUser({ email: `${long(290)}@acme.example` }),
  ),
  invalid('an external id of 201 characters', 'external_id TOO_LONG', ({ api }) =>
    api.applications.createApplication({ name: 'a', externalId: long(201) }),
  ),
  invalid('an attribute that reaches for a prototype', 'attributes FORMAT', ({ api }) =>
    api.applications.createApplication({ name: 'a', attributes: { constructor: 'x' } }),
  ),
  invalid('attributes nested too deep', 'attributes.a.b.c.d TOO_DEEP', ({ api }) =>
    api.applications.createApplication({
      name: 'a',
      attributes: { a: { b: { c: { d: { e: 1 } } } } },
    }),
  ),
  invalid('attributes over 4 KiB', 'attributes TOO_LONG', ({ api }) =>
    api.applications.createApplication({ name: 'a', attributes: { a: long(5_000) } }),
  ),
  invalid('an attribute that is not a number', 'attributes.n FORMAT', ({ api }) =>
    api.applications.createApplication({ name: 'a', attributes: { n: Number.NaN } }),
  ),
]

const references: Case[] = [
  invalid('an id that is none', 'group_id FORMAT', ({ api }) =>
    api.groups.getGroup({ groupId: 'g1' }),
  ),
  invalid('an id in capitals', 'group_id FORMAT', ({ api }) =>
    api.groups.getGroup({ groupId: nobody.replace('8', 'A') }),
  ),
  invalid('an empty id', 'policy_id REQUIRED', ({ api }) => api.policies.getPolicy()),
  invalid('an access key that is none', 'access_key FORMAT', ({ api }) =>
    api.apiKeys.getApiKey({ accessKey: 'nope' }),
  ),
  {
    title: 'an unknown group',
    call: ({ api }) => api.groups.getGroup({ groupId: nobody }),
    code: status.NOT_FOUND,
    reason: 'NOT_FOUND',
  },
  {
    title: "another organization's group",
    call: ({ api, foreignGroupId }) => api.groups.getGroup({ groupId: foreignGroupId }),
    code: status.NOT_FOUND,
    reason: 'NOT_FOUND',
  },
  {
    title: 'another organization',
    call: ({ api, foreignOrganizationId }) =>
      api.groups.createGroup({ name: 'g', organizationId: foreignOrganizationId }),
    code: status.NOT_FOUND,
  },
  {
    title: 'a member that does not exist',
    call: ({ api, groupId }) => api.groups.addGroupMembers({ groupId, userIds: [nobody] }),
    code: status.NOT_FOUND,
  },
  invalid('a member named twice', 'user_ids[1] DUPLICATE', ({ api, groupId }) =>
    api.groups.addGroupMembers({ groupId, userIds: [nobody, nobody] }),
  ),
  invalid('1,001 members', 'user_ids TOO_MANY', ({ api, groupId }) =>
    api.groups.addGroupMembers({
      groupId,
      userIds: Array.from({ length: 1_001 }, (_, i) =>
        nobody.replace('8000', String(i).padStart(4, '0')),
      ),
    }),
  ),
  {
    title: 'a group as its own member',
    call: ({ api, groupId }) => api.groups.addGroupMembers({ groupId, userIds: [groupId] }),
    code: status.NOT_FOUND,
  },
  {
    title: "another organization's project in a rule",
    call: ({ api, applicationId, foreignProjectId }) =>
      grant(api, applicationId, { ...sets, ...onProjects(foreignProjectId) }),
    code: status.NOT_FOUND,
  },
  {
    title: 'an unknown principal of a policy',
    call: ({ api }) =>
      api.policies.createPolicy({ name: 'p', principal: { $case: 'userId', value: nobody } }),
    code: status.NOT_FOUND,
  },
]

const badRule = (title: string, violation: string, rule: Partial<Rule>): Case =>
  invalid(title, `rules[0].${violation}`, ({ api }) =>
    api.policies.createPolicy({ name: 'p', rules: [aRule(rule)] }),
  )

const condition = (title: string, reason: string, source: string): Case =>
  badRule(title, `condition CONDITION_${reason}`, { ...sets, condition: source })

const rules: Case[] = [
  badRule('a rule without permission sets', 'permission_set_names REQUIRED', {}),
  badRule('an unknown permission set', 'permission_set_names[0] UNKNOWN', {
    permissionSetNames: ['Nope'],
  }),
  badRule('a permission set in other letters', 'permission_set_names[0] UNKNOWN', {
    permissionSetNames: ['iammanager'],
  }),
  badRule('sets of two scope types', 'permission_set_names CONSTRAINT', {
    permissionSetNames: ['IAMManager', 'InstancesFullAccess'],
  }),
  badRule('a rule without a scope', 'scope REQUIRED', { ...sets, scope: undefined }),
  badRule('an empty list of projects', 'projects.project_ids REQUIRED', {
    ...sets,
    ...onProjects(),
  }),
  badRule('a project id that is none', 'projects.project_ids[0] FORMAT', {
    ...sets,
    ...onProjects('p1'),
  }),
  badRule('a set of the organization on projects', 'projects.project_ids CONSTRAINT', {
    permissionSetNames: ['IAMManager'],
    ...onProjects(nobody),
  }),
  badRule('a resource pattern with a space', 'resources[0] FORMAT', {
    ...sets,
    resources: ['a b'],
  }),
  badRule('an unknown effect', 'effect UNKNOWN_ENUM', { ...sets, effect: 9 as never }),
  invalid('101 rules', 'rules TOO_MANY', ({ api }) =>
    api.policies.createPolicy({ name: 'p', rules: Array.from({ length: 101 }, () => aRule(sets)) }),
  ),
  condition('CEL that does not parse', 'SYNTAX', 'request.ip =='),
  condition('CEL that is no boolean', 'TYPE', '1 + 1'),
  condition('CEL that compares a time with text', 'TYPE', 'request.time == "2025-03-03"'),
  condition('CEL with an unknown variable', 'UNKNOWN', 'user.name == "ada"'),
  condition('CEL with an unknown field', 'UNKNOWN', 'request.method == "GET"'),
  condition('CEL with an unknown function', 'UNKNOWN', 'frobnicate(request.ip)'),
  condition('CEL of 2,049 characters', 'TOO_LONG', `true || ${long(2_041)}`),
  condition('CEL nested too deep', 'TOO_LARGE', `${'('.repeat(900)}true${')'.repeat(900)}`),
  condition(
    'CEL that multiplies loops',
    'TOO_COSTLY',
    'principal.tags.all(a, principal.tags.all(b, principal.tags.all(c, a == b && b == c)))',
  ),
  condition('CEL with a pattern of its own making', 'FORBIDDEN', '"a".matches(request.ip)'),
]

const questions: Case[] = [
  invalid('a question without a key', 'api_key REQUIRED', ({ api }) =>
    api.authorization.authorize({ action: 'a:b:c', resource: Resource.fromPartial({}) }),
  ),
  invalid('a key of 257 characters', 'api_key TOO_LONG', ({ api }) =>
    api.authorization.authorize({
      apiKey: long(257),
      action: 'a:b:c',
      resource: Resource.fromPartial({}),
    }),
  ),
  ...(
    [
      ['an empty action', '', 'action REQUIRED'],
      ['an action with a star', 'compute:*', 'action FORMAT'],
      ['an action with a space', 'a b', 'action FORMAT'],
      ['an action of 257 characters', long(257), 'action TOO_LONG'],
      ['an action with a NUL', 'a\u0000b', 'action FORMAT'],
    ] as const
  ).map(([title, action, violation]) =>
    invalid(title, violation, ({ api, secret }) =>
      api.authorization.authorize({ apiKey: secret, action, resource: Resource.fromPartial({}) }),
    ),
  ),
  invalid('a question without a resource', 'resource REQUIRED', ({ api, secret }) =>
    api.authorization.authorize({ apiKey: secret, action: 'a:b:c' }),
  ),
  ...(
    [
      ['a project that is no id', { projectId: 'p' }, 'resource.project_id FORMAT'],
      ['a resource id with dot segments', { id: 'a/../b' }, 'resource.id FORMAT'],
      ['a resource id with an encoded slash', { id: 'a%2Fb' }, 'resource.id FORMAT'],
      ['a resource id that is not NFC', { id: 'e\u0301' }, 'resource.id FORMAT'],
      ['a resource id with an override', { id: 'a\u202eb' }, 'resource.id FORMAT'],
      ['a resource id of 1,025 characters', { id: long(1_025) }, 'resource.id TOO_LONG'],
      ['a resource type with a slash', { type: 'a/b' }, 'resource.type FORMAT'],
    ] as const
  ).map(([title, resource, violation]) =>
    invalid(title, violation, ({ api, secret }) =>
      api.authorization.authorize({
        apiKey: secret,
        action: 'a:b:c',
        resource: Resource.fromPartial(resource),
      }),
    ),
  ),
  ...['010.1.2.3', '999.1.1.1', '1.2.3.4/33', 'fe80::1%eth0', '10.1', 'localhost'].map((ip) =>
    invalid(`the address ${ip}`, 'request.ip FORMAT', ({ api, secret }) =>
      api.authorization.authorize({
        apiKey: secret,
        action: 'a:b:c',
        resource: Resource.fromPartial({}),
        request: RequestContext.fromPartial({ ip }),
      }),
    ),
  ),
  invalid('a context of 101 entries', 'context TOO_MANY', ({ api, secret }) =>
    api.authorization.authorize({
      apiKey: secret,
      action: 'a:b:c',
      resource: Resource.fromPartial({}),
      context: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, i])),
    }),
  ),
  invalid('a context that is infinite', 'context.n FORMAT', ({ api, secret }) =>
    api.authorization.authorize({
      apiKey: secret,
      action: 'a:b:c',
      resource: Resource.fromPartial({}),
      context: { n: Number.POSITIVE_INFINITY },
    }),
  ),
  invalid('a batch of nothing', 'questions REQUIRED', ({ api }) =>
    api.authorization.authorizeBatch(),
  ),
  invalid('a batch of 1,001', 'questions TOO_MANY', ({ api }) =>
    api.authorization.authorizeBatch({
      questions: Array.from({ length: 1_001 }, () => AuthorizeRequest.fromPartial({})),
    }),
  ),
  invalid('a principal that is not named', 'principal REQUIRED', ({ api }) =>
    api.authorization.authorizePrincipal({
      action: 'a:b:c',
      resource: Resource.fromPartial({}),
    }),
  ),
  invalid('an explanation of nobody', 'subject REQUIRED', ({ api }) =>
    api.authorization.explain(ExplainRequest.fromPartial({ action: 'a:b:c', resource: {} })),
  ),
]

const updates: Case[] = [
  invalid('an update of nothing', 'update_mask REQUIRED', ({ api, groupId }) =>
    api.groups.updateGroup({ group: Group.fromPartial({ id: groupId }) }),
  ),
  invalid('an update of an unknown field', 'update_mask.paths[0] UNKNOWN', ({ api, groupId }) =>
    api.groups.updateGroup({ group: Group.fromPartial({ id: groupId }), updateMask: ['colour'] }),
  ),
  {
    title: 'an update of a field that never changes',
    call: ({ api, userId }) =>
      api.users.updateUser({
        user: User.fromPartial({ id: userId, email: 'new@acme.example' }),
        updateMask: ['email'],
      }),
    code: status.FAILED_PRECONDITION,
    reason: 'IMMUTABLE',
  },
  {
    title: 'an update of what was changed meanwhile',
    call: ({ api, groupId }) =>
      api.groups.updateGroup({
        group: Group.fromPartial({ id: groupId, name: 'other', etag: '"stale"' }),
        updateMask: ['name'],
      }),
    code: status.ABORTED,
    reason: 'ETAG_MISMATCH',
  },
  invalid('an update to a bad value', 'group.name FORMAT', ({ api, groupId }) =>
    api.groups.updateGroup({
      group: Group.fromPartial({ id: groupId, name: 'a/b' }),
      updateMask: ['name'],
    }),
  ),
  {
    title: 'an update of a built-in set',
    call: ({ api }) =>
      api.permissionSets.updatePermissionSet({
        permissionSet: PermissionSet.fromPartial({ name: 'IAMManager', permissions: ['*'] }),
        updateMask: ['permissions'],
      }),
    code: status.FAILED_PRECONDITION,
    reason: 'BUILT_IN',
  },
  invalid('a set of no permissions', 'permissions REQUIRED', ({ api }) =>
    api.permissionSets.createPermissionSet({ name: 'Own', scopeType: 1 }),
  ),
  invalid('a set of no scope type', 'scope_type REQUIRED', ({ api }) =>
    api.permissionSets.createPermissionSet({ name: 'Own', permissions: ['a:b'] }),
  ),
  invalid('a negative maximum', 'organization.api_key_ttl_max CONSTRAINT', ({ api }) =>
    api.organizations.updateOrganization({
      organization: Organization.fromPartial({ apiKeyTtlMax: { seconds: -1n } }),
      updateMask: ['api_key_ttl_max'],
    }),
  ),
  {
    title: 'the deletion of the default project',
    call: ({ api, ownOrganizationId }) =>
      api.projects.deleteProject({ projectId: ownOrganizationId }),
    code: status.FAILED_PRECONDITION,
    reason: 'DEFAULT_PROJECT',
  },
  {
    title: "the deletion of the server's first organization",
    call: ({ api, ownOrganizationId }) =>
      api.organizations.deleteOrganization({ organizationId: ownOrganizationId }),
    code: status.FAILED_PRECONDITION,
    reason: 'ROOT_ORGANIZATION',
  },
]

const keys: Case[] = [
  invalid('a key for nobody', 'bearer REQUIRED', ({ api }) => api.apiKeys.createApiKey()),
  {
    title: 'a key for an unknown application',
    call: ({ api }) =>
      api.apiKeys.createApiKey({ bearer: { $case: 'applicationId', value: nobody } }),
    code: status.NOT_FOUND,
  },
  invalid('a key that expired already', 'expire_time CONSTRAINT', ({ api, applicationId }) =>
    api.apiKeys.createApiKey({
      bearer: { $case: 'applicationId', value: applicationId },
      expireTime: new Date('2001-01-01'),
    }),
  ),
  ...(
    [
      ['a bad range', { sourceCidrs: ['10.0.0.0/33'] }, 'narrowing.source_cidrs[0] FORMAT'],
      ['an octal range', { sourceCidrs: ['010.0.0.0/8'] }, 'narrowing.source_cidrs[0] FORMAT'],
      ['an empty pattern', { actions: [''] }, 'narrowing.actions[0] REQUIRED'],
      ['a project that is none', { projectIds: ['x'] }, 'narrowing.project_ids[0] FORMAT'],
      [
        '101 actions',
        { actions: Array.from({ length: 101 }, (_, i) => `a${i}`) },
        'narrowing.actions TOO_MANY',
      ],
    ] as const
  ).map(([title, narrowing, violation]) =>
    invalid(`a key narrowed by ${title}`, violation, ({ api, applicationId }) =>
      api.apiKeys.createApiKey({
        bearer: { $case: 'applicationId', value: applicationId },
        narrowing: KeyNarrowing.fromPartial(narrowing as object),
      }),
    ),
  ),
  invalid('a grace period of 31 days', 'grace_period CONSTRAINT', ({ api, accessKey }) =>
    api.apiKeys.rotateApiKey({ accessKey, gracePeriod: { seconds: 2_678_400n, nanos: 0 } }),
  ),
  {
    title: 'a key that changes hands',
    call: ({ api, accessKey }) =>
      api.apiKeys.updateApiKey({
        apiKey: { ...keyOf(accessKey) },
        updateMask: ['user_id'],
      }),
    code: status.FAILED_PRECONDITION,
    reason: 'IMMUTABLE',
  },
]

function keyOf(accessKey: string) {
  return {
    accessKey,
    organizationId: '',
    bearer: undefined,
    description: '',
    expireTime: undefined,
    defaultProjectId: '',
    narrowing: undefined,
    createTime: undefined,
    updateTime: undefined,
    etag: '',
    revision: '',
  }
}

/** As the server makes them for the list of all groups, but for the position. */
function forged({ ownOrganizationId }: World, position: readonly unknown[]): string {
  const fingerprint = JSON.stringify(['groups', ownOrganizationId, {}])
  return Buffer.from(JSON.stringify([...position, fingerprint])).toString('base64url')
}

const pages: Case[] = [
  invalid('a negative page size', 'page_size FORMAT', ({ api }) =>
    api.groups.listGroups({ pageSize: -1 }),
  ),
  invalid('a page token of nobody', 'page_token FORMAT', ({ api }) =>
    api.groups.listGroups({ pageToken: 'bm9wZQ' }),
  ),
  invalid('a page token between two numbers', 'page_token FORMAT', (world) =>
    world.api.groups.listGroups({ pageToken: forged(world, [1.5, 'x']) }),
  ),
  invalid('a page token with a NUL', 'page_token FORMAT', (world) =>
    world.api.groups.listGroups({ pageToken: forged(world, [1, 'a\u0000']) }),
  ),
  invalid('a filter with a NUL', 'name FORMAT', ({ api }) =>
    api.groups.listGroups({ name: 'a\u0000' }),
  ),
  invalid('a filter of 1,001 characters', 'email FORMAT', ({ api }) =>
    api.users.listUsers({ email: long(1_001) }),
  ),
  invalid('a page token of another list', 'page_token FORMAT', async ({ api }) => {
    const { nextPageToken } = await api.permissionSets.listPermissionSets({ pageSize: 1 })
    return api.groups.listGroups({ pageToken: nextPageToken })
  }),
  invalid('a list of an unknown type', 'type UNKNOWN_ENUM', ({ api }) =>
    api.users.listUsers({ type: 7 as never }),
  ),
]

const wire: Case[] = [
  {
    title: 'bytes that are no message',
    call: ({ api }) => api.raw('/postern.v1.GroupService/CreateGroup', Buffer.from([0x0a, 0xff])),
    code: status.INVALID_ARGUMENT,
    reason: 'MESSAGE_MALFORMED',
    violations: ['request FORMAT'],
  },
  {
    title: 'a varint without an end',
    call: ({ api }) => api.raw('/postern.v1.GroupService/ListGroups', Buffer.alloc(12, 0xff)),
    code: status.INVALID_ARGUMENT,
    reason: 'MESSAGE_MALFORMED',
  },
  {
    title: 'text that is not UTF-8',
    call: ({ api }) =>
      // Field 3 is the name: three bytes, of which none begins a character.
      api.raw('/postern.v1.GroupService/CreateGroup', Buffer.from([0x1a, 3, 0xff, 0xfe, 0x80])),
    code: status.INVALID_ARGUMENT,
    reason: 'MESSAGE_MALFORMED',
  },
  {
    title: 'a call that does not exist',
    call: ({ api }) => api.raw('/postern.v1.GroupService/Frobnicate', Buffer.alloc(0)),
    code: status.UNIMPLEMENTED,
  },
  {
    title: 'a message of 5 MiB',
    call: ({ api }) => api.groups.createGroup({ name: long(5 * 1024 * 1024) }),
    code: status.RESOURCE_EXHAUSTED,
  },
]

const documentOf = (parts: object) => OrganizationDocument.fromPartial(parts)

const badDocument = (title: string, violations: string[], parts: object): Case => ({
  title: `a document with ${title}`,
  call: ({ api }) => api.documents.importOrganization({ document: documentOf(parts) }),
  code: status.INVALID_ARGUMENT,
  violations,
})

const documents: Case[] = [
  badDocument('a member that is nowhere', ['groups[0].users[0] UNKNOWN'], {
    groups: [{ name: 'g', users: ['nobody@acme.example'] }],
  }),
  badDocument('one name twice', ['groups[1] DUPLICATE'], {
    groups: [{ name: 'g' }, { name: 'g' }],
  }),
  badDocument('a project that is nowhere', ['policies[0].rules[0].projects[0] UNKNOWN'], {
    policies: [{ name: 'p', rules: [{ permissionSets: ['IAMManager'], projects: ['nowhere'] }] }],
  }),
  badDocument('a rule without a scope', ['policies[0].rules[0].scope REQUIRED'], {
    policies: [{ name: 'p', rules: [{ permissionSets: ['IAMManager'] }] }],
  }),
  badDocument(
    'a bad condition after good entries',
    ['policies[0].rules[0].condition CONDITION_SYNTAX'],
    {
      projects: [{ name: 'half-written' }],
      groups: [{ name: 'half-written' }],
      policies: [
        {
          name: 'p',
          rules: [{ permissionSets: ['IAMManager'], organization: true, condition: '((' }],
        },
      ],
    },
  ),
  badDocument('the name of an implicit group', ['groups[0].name CONSTRAINT'], {
    groups: [{ name: 'all_users' }],
  }),
  badDocument('a bad tag', ['applications[0].tags[0] FORMAT'], {
    applications: [{ name: 'a', tags: ['a:b'] }],
  }),
  {
    title: 'a document with another owner',
    call: ({ api }) =>
      api.documents.importOrganization({
        document: documentOf({ users: [{ email: 'usurper@acme.example', type: 1 }] }),
      }),
    code: status.FAILED_PRECONDITION,
    reason: 'OWNER_DIFFERS',
  },
]

onBothStores('bad input', (system) => {
  let world: World
  beforeAll(async () => {
    const { owner, founded, as } = system()
    const foreign = await owner.organizations.createOrganization({
      name: 'Foreign',
      ownerEmail: 'owner@foreign.example',
    })
    const stranger = as(foreign.ownerApiKey)
    const application = await anApplication(owner)
    world = {
      api: owner,
      secret: founded.ownerKey.secret,
      accessKey: founded.ownerKey.key.id,
      userId: founded.owner.id,
      groupId: (await owner.groups.createGroup({ name: 'victims' })).id,
      applicationId: application.id,
      applicationKey: application.key,
      policyId: (await grant(owner, application.id, sets)).id,
      ownOrganizationId: founded.organization.id,
      foreignOrganizationId: foreign.organization?.id ?? '',
      foreignProjectId: (await stranger.projects.createProject({ name: 'theirs' })).id,
      foreignGroupId: (await stranger.groups.createGroup({ name: 'theirs' })).id,
    }
  })

  const all = [
    ...names,
    ...references,
    ...rules,
    ...questions,
    ...updates,
    ...keys,
    ...pages,
    ...wire,
    ...documents,
  ]

  it.each(all)('$title is refused and changes nothing', async (bad) => {
    const revision = async () => (await world.api.organizations.getOrganization()).revision
    const before = await revision()
    const refusal = await refusalOf(bad.call(world))
    expect(status[refusal.code]).toBe(status[bad.code])
    if (bad.violations) expect(refusal.violations).toEqual(bad.violations)
    if (bad.reason) expect(refusal.reason).toBe(bad.reason)
    expect(refusal.message).not.toBe('')
    expect(await revision()).toBe(before)
  })

  it('in one question of a batch fails that question alone', async () => {
    const question = { apiKey: world.applicationKey, action: 'a:b:c', resource: {} }
    const { answers } = await world.api.authorization.authorizeBatch({
      questions: [question, { ...question, action: '' }, question].map((each) =>
        AuthorizeRequest.fromPartial(each),
      ),
    })
    expect(answers.map(({ answer }) => answer?.$case)).toEqual(['response', 'error', 'response'])
    const [, bad] = answers
    if (bad?.answer?.$case !== 'error') throw new Error('the second question was answered')
    expect(bad.answer.value).toMatchObject({
      code: status.INVALID_ARGUMENT,
      violations: [{ field: 'action', reason: 'REQUIRED' }],
    })
  })

  it('is not looked at, when it is long, before the key that it came with', async () => {
    // Which of the two it is heard of first tells whether it was decoded.
    const ask = (secret: string, bytes: Buffer) =>
      refusalOf(system().as(secret).raw('/postern.v1.AuthorizationService/Explain', bytes))
    const malformed = Buffer.alloc(20_000, 0xff)
    expect(await ask(world.secret, malformed)).toMatchObject({ reason: 'MESSAGE_MALFORMED' })
    expect(await ask('', malformed)).toMatchObject({ reason: 'CREDENTIAL_MISSING' })
    const short = malformed.subarray(0, 20)
    expect(await ask('', short)).toMatchObject({ reason: 'MESSAGE_MALFORMED' })
  })

  it('never brings a secret back in its refusal', async () => {
    const secret = `${world.secret.slice(0, -1)}x`
    const refusal = await refusalOf(system().as(secret).groups.listGroups())
    expect(refusal).toMatchObject({
      code: status.UNAUTHENTICATED,
      reason: 'CREDENTIAL_INVALID',
    })
    expect(JSON.stringify(refusal)).not.toContain(secret.slice(4, -6))
  })

  it('of two keys in one call is refused, whichever is meant', async () => {
    const both = system().as(`${world.secret},Bearer ${world.applicationKey}`)
    const refusal = await refusalOf(both.groups.listGroups())
    expect(refusal.code).toBe(status.UNAUTHENTICATED)
  })

  it('in a policy leaves the policy as it was', async () => {
    const { policyId, api } = world
    const before = await api.policies.getPolicy({ policyId })
    await refusalOf(api.policies.setRules({ policyId, rules: [aRule(sets), aRule({})] }))
    const detached = Policy.fromPartial({ id: policyId, name: 'a/b' })
    await refusalOf(
      api.policies.updatePolicy({ policy: detached, updateMask: ['name', 'principal'] }),
    )
    const after = await api.policies.getPolicy({ policyId })
    expect({ ...after, revision: '' }).toEqual({ ...before, revision: '' })
  })
})
