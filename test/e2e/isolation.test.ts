import { status } from '@grpc/grpc-js'
import { beforeAll, expect, it } from 'vitest'
import { ApiKey } from '../../src/grpc/gen/postern/v1/api_key.js'
import { Application } from '../../src/grpc/gen/postern/v1/application.js'
import { ExplainRequest, Resource } from '../../src/grpc/gen/postern/v1/authorization.js'
import { Group } from '../../src/grpc/gen/postern/v1/group.js'
import { Organization } from '../../src/grpc/gen/postern/v1/organization.js'
import { PermissionSet } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { Policy } from '../../src/grpc/gen/postern/v1/policy.js'
import { Project } from '../../src/grpc/gen/postern/v1/project.js'
import {
  type SimulatedChange,
  SimulatedQuestion,
} from '../../src/grpc/gen/postern/v1/simulation.js'
import { User } from '../../src/grpc/gen/postern/v1/user.js'
import { aMember, anApplication, aRule, ask, grant, onProjects } from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

/** Everything of one organization that another could try to reach. */
interface Estate {
  readonly api: Api
  readonly organizationId: string
  readonly projectId: string
  readonly userId: string
  readonly applicationId: string
  readonly accessKey: string
  readonly key: string
  readonly groupId: string
  readonly policyId: string
  readonly ruleId: string
  readonly setName: string
}

async function anEstate(api: Api): Promise<Estate> {
  const sets = { permissionSetNames: ['InstancesFullAccess'] }
  const { id: organizationId } = await api.organizations.getOrganization()
  const { id: applicationId, key } = await anApplication(api)
  const { apiKeys } = await api.apiKeys.listApiKeys({
    bearer: { $case: 'applicationId', value: applicationId },
  })
  const policy = await grant(api, applicationId, sets)
  const setName = 'Theirs'
  await api.permissionSets.createPermissionSet({
    name: setName,
    scopeType: 1,
    permissions: ['a:b'],
  })
  return {
    api,
    organizationId,
    applicationId,
    key,
    accessKey: apiKeys[0]?.accessKey ?? '',
    projectId: (await api.projects.createProject({ name: 'theirs' })).id,
    userId: (await aMember(api)).id,
    groupId: (await api.groups.createGroup({ name: 'theirs' })).id,
    policyId: policy.id,
    ruleId: policy.rules[0]?.id ?? '',
    setName,
  }
}

type Reach = readonly [string, (mine: Estate, theirs: Estate) => Promise<unknown>]

/** Every call that takes an identifier, each given one of another organization. */
const reaches: readonly Reach[] = [
  ['GetOrganization', ({ api }, t) => api.organizations.getOrganization(t)],
  [
    'UpdateOrganization',
    ({ api }, t) =>
      api.organizations.updateOrganization({
        organization: Organization.fromPartial({ id: t.organizationId, name: 'mine' }),
        updateMask: ['name'],
      }),
  ],
  ['DeleteOrganization', ({ api }, t) => api.organizations.deleteOrganization(pick(t))],
  ['CreateProject', ({ api }, t) => api.projects.createProject({ ...pick(t), name: 'p' })],
  ['GetProject', ({ api }, t) => api.projects.getProject({ projectId: t.projectId })],
  ['ListProjects', ({ api }, t) => api.projects.listProjects(pick(t))],
  [
    'UpdateProject',
    ({ api }, t) =>
      api.projects.updateProject({
        project: Project.fromPartial({ id: t.projectId, name: 'mine' }),
        updateMask: ['name'],
      }),
  ],
  ['DeleteProject', ({ api }, t) => api.projects.deleteProject({ projectId: t.projectId })],
  ['CreateUser', ({ api }, t) => api.users.createUser({ ...pick(t), email: 'x@mine.example' })],
  ['InviteUser', ({ api }, t) => api.users.inviteUser({ ...pick(t), email: 'x@mine.example' })],
  ['AcceptInvitation', ({ api }, t) => api.users.acceptInvitation({ userId: t.userId })],
  ['DeclineInvitation', ({ api }, t) => api.users.declineInvitation({ userId: t.userId })],
  ['IssueEnrollment', ({ api }, t) => api.users.issueEnrollment({ userId: t.userId })],
  ['GetUser', ({ api }, t) => api.users.getUser({ userId: t.userId })],
  ['ListUsers', ({ api }, t) => api.users.listUsers(pick(t))],
  [
    'UpdateUser',
    ({ api }, t) =>
      api.users.updateUser({
        user: User.fromPartial({ id: t.userId, displayName: 'mine' }),
        updateMask: ['display_name'],
      }),
  ],
  ['DeleteUser', ({ api }, t) => api.users.deleteUser({ userId: t.userId })],
  ['LockUser', ({ api }, t) => api.users.lockUser({ userId: t.userId })],
  ['UnlockUser', ({ api }, t) => api.users.unlockUser({ userId: t.userId })],
  [
    'CreateApplication',
    ({ api }, t) => api.applications.createApplication({ ...pick(t), name: 'a' }),
  ],
  ['GetApplication', ({ api }, t) => api.applications.getApplication(application(t))],
  ['ListApplications', ({ api }, t) => api.applications.listApplications(pick(t))],
  [
    'UpdateApplication',
    ({ api }, t) =>
      api.applications.updateApplication({
        application: Application.fromPartial({ id: t.applicationId, name: 'mine' }),
        updateMask: ['name'],
      }),
  ],
  ['DeleteApplication', ({ api }, t) => api.applications.deleteApplication(application(t))],
  ['CreateGroup', ({ api }, t) => api.groups.createGroup({ ...pick(t), name: 'g' })],
  [
    'CreateGroup with their user',
    ({ api }, t) => api.groups.createGroup({ name: 'g', userIds: [t.userId] }),
  ],
  ['GetGroup', ({ api }, t) => api.groups.getGroup({ groupId: t.groupId })],
  ['ListGroups', ({ api }, t) => api.groups.listGroups(pick(t))],
  [
    'UpdateGroup',
    ({ api }, t) =>
      api.groups.updateGroup({
        group: Group.fromPartial({ id: t.groupId, name: 'mine' }),
        updateMask: ['name'],
      }),
  ],
  ['DeleteGroup', ({ api }, t) => api.groups.deleteGroup({ groupId: t.groupId })],
  ['AddGroupMembers', ({ api }, t) => api.groups.addGroupMembers({ groupId: t.groupId })],
  [
    'AddGroupMembers of theirs',
    ({ api, groupId }, t) =>
      api.groups.addGroupMembers({ groupId, applicationIds: [t.applicationId] }),
  ],
  ['RemoveGroupMembers', ({ api }, t) => api.groups.removeGroupMembers({ groupId: t.groupId })],
  ['SetGroupMembers', ({ api }, t) => api.groups.setGroupMembers({ groupId: t.groupId })],
  [
    'CreateApiKey',
    ({ api }, t) =>
      api.apiKeys.createApiKey({ bearer: { $case: 'applicationId', value: t.applicationId } }),
  ],
  [
    'CreateApiKey in their project',
    ({ api, applicationId }, t) =>
      api.apiKeys.createApiKey({
        bearer: { $case: 'applicationId', value: applicationId },
        defaultProjectId: t.projectId,
      }),
  ],
  ['GetApiKey', ({ api }, t) => api.apiKeys.getApiKey({ accessKey: t.accessKey })],
  ['ListApiKeys', ({ api }, t) => api.apiKeys.listApiKeys(pick(t))],
  [
    'UpdateApiKey',
    ({ api }, t) =>
      api.apiKeys.updateApiKey({
        apiKey: ApiKey.fromPartial({ accessKey: t.accessKey }),
        updateMask: ['description'],
      }),
  ],
  ['DeleteApiKey', ({ api }, t) => api.apiKeys.deleteApiKey({ accessKey: t.accessKey })],
  ['RotateApiKey', ({ api }, t) => api.apiKeys.rotateApiKey({ accessKey: t.accessKey })],
  [
    'CreatePermissionSet',
    ({ api }, t) =>
      api.permissionSets.createPermissionSet({
        ...pick(t),
        name: 'Mine',
        scopeType: 1,
        permissions: ['*'],
      }),
  ],
  [
    'GetPermissionSet',
    ({ api }, t) => api.permissionSets.getPermissionSet({ ...pick(t), name: t.setName }),
  ],
  ['ListPermissionSets', ({ api }, t) => api.permissionSets.listPermissionSets(pick(t))],
  [
    'UpdatePermissionSet',
    ({ api }, t) =>
      api.permissionSets.updatePermissionSet({
        permissionSet: PermissionSet.fromPartial({ ...pick(t), name: t.setName }),
        updateMask: ['permissions'],
      }),
  ],
  [
    'DeletePermissionSet',
    ({ api }, t) => api.permissionSets.deletePermissionSet({ ...pick(t), name: t.setName }),
  ],
  ['CreatePolicy', ({ api }, t) => api.policies.createPolicy({ ...pick(t), name: 'p' })],
  [
    'CreatePolicy for their group',
    ({ api }, t) =>
      api.policies.createPolicy({ name: 'p', principal: { $case: 'groupId', value: t.groupId } }),
  ],
  [
    'CreatePolicy on their project',
    ({ api }, t) =>
      api.policies.createPolicy({
        name: 'p',
        rules: [aRule({ permissionSetNames: ['VPCFullAccess'], ...onProjects(t.projectId) })],
      }),
  ],
  ['GetPolicy', ({ api }, t) => api.policies.getPolicy({ policyId: t.policyId })],
  ['ListPolicies', ({ api }, t) => api.policies.listPolicies(pick(t))],
  [
    'UpdatePolicy',
    ({ api }, t) =>
      api.policies.updatePolicy({
        policy: Policy.fromPartial({ id: t.policyId }),
        updateMask: ['principal'],
      }),
  ],
  ['DeletePolicy', ({ api }, t) => api.policies.deletePolicy({ policyId: t.policyId })],
  ['ClonePolicy', ({ api }, t) => api.policies.clonePolicy({ policyId: t.policyId })],
  ['SetRules', ({ api }, t) => api.policies.setRules({ policyId: t.policyId })],
  [
    'CreateRule',
    ({ api }, t) =>
      api.policies.createRule({
        policyId: t.policyId,
        rule: aRule({ permissionSetNames: ['VPCFullAccess'] }),
      }),
  ],
  [
    'UpdateRule of theirs',
    ({ api, policyId }, t) =>
      api.policies.updateRule({
        policyId,
        rule: aRule({ id: t.ruleId, permissionSetNames: ['VPCFullAccess'] }),
      }),
  ],
  [
    'DeleteRule of theirs',
    ({ api, policyId }, t) => api.policies.deleteRule({ policyId, ruleId: t.ruleId }),
  ],
  ['RegisterResource', ({ api }, t) => api.resources.registerResource(aResource(pick(t)))],
  [
    'RegisterResource in a project of theirs',
    ({ api }, { projectId }) => api.resources.registerResource(aResource({ projectId })),
  ],
  ['GetRegisteredResource', ({ api }) => api.resources.getRegisteredResource(theirResource)],
  ['ListRegisteredResources', ({ api }, t) => api.resources.listRegisteredResources(pick(t))],
  ['DeleteRegisteredResource', ({ api }) => api.resources.deleteRegisteredResource(theirResource)],
  [
    'Simulate with a policy of theirs',
    (mine, { policyId }) =>
      simulate(mine, { $case: 'deletePolicy', value: { policyId, etag: '' } }),
  ],
  [
    'Simulate with a group of theirs',
    (mine, { groupId, userId }) =>
      simulate(mine, {
        $case: 'addGroupMembers',
        value: { groupId, userIds: [userId], applicationIds: [], etag: '' },
      }),
  ],
  [
    'Simulate with a user of theirs',
    (mine, { userId }) =>
      simulate(mine, {
        $case: 'addGroupMembers',
        value: { groupId: mine.groupId, userIds: [userId], applicationIds: [], etag: '' },
      }),
  ],
  ['ImportOrganization', ({ api }, t) => api.documents.importOrganization(pick(t))],
  ['ExportOrganization', ({ api }, t) => api.documents.exportOrganization(pick(t))],
]

/** Only theirs has it. */
const theirResource = { type: 'server', id: 'theirs' }

function aResource(parts: Partial<Resource>) {
  return { resource: Resource.fromPartial({ type: 'server', id: 'mine', ...parts }) }
}

function simulate({ api, applicationId }: Estate, change: SimulatedChange['change']) {
  const principal = { $case: 'applicationId', value: applicationId } as const
  const question = SimulatedQuestion.fromPartial({ principal, action: 'a:b:c', resource: {} })
  return api.simulations.simulate({ changes: [{ change }], questions: [question] })
}

function pick({ organizationId }: Estate) {
  return { organizationId }
}

function application({ applicationId }: Estate) {
  return { applicationId }
}

onBothStores('organizations', (system) => {
  let mine: Estate
  let theirs: Estate
  beforeAll(async () => {
    const { owner, as } = system()
    const other = await owner.organizations.createOrganization({
      name: 'Other',
      ownerEmail: 'owner@other.example',
    })
    theirs = await anEstate(owner)
    const resource = Resource.fromPartial({ ...theirResource, projectId: theirs.projectId })
    await owner.resources.registerResource({ resource })
    mine = await anEstate(as(other.ownerApiKey))
  })

  it.each(reaches)('do not reach each other by %s', async (_, reach) => {
    const before = (await theirs.api.organizations.getOrganization()).revision
    const refusal = await refusalOf(reach(mine, theirs))
    expect(status[refusal.code]).toBe('NOT_FOUND')
    expect((await theirs.api.organizations.getOrganization()).revision).toBe(before)
  })

  it('answer for things of another exactly as for things that are not', async () => {
    const absent = '00000000-0000-4000-8000-000000000000'
    const foreign = await refusalOf(mine.api.groups.getGroup({ groupId: theirs.groupId }))
    const unknown = await refusalOf(mine.api.groups.getGroup({ groupId: absent }))
    expect({ ...foreign, message: foreign.message.replace(theirs.groupId, absent) }).toEqual(
      unknown,
    )
  })

  it('never decide for a key of another, its owner included', async () => {
    const action = 'compute:servers:start'
    const project = { projectId: theirs.projectId }
    const itself = { organizationId: theirs.organizationId }
    const { api } = theirs
    const ownerKey = await mine.api.users.getUser()
    const { secret } = await mine.api.apiKeys.createApiKey({
      bearer: { $case: 'userId', value: ownerKey.id },
    })
    for (const key of [mine.key, secret]) {
      expect(await ask(api, key, { action, resource: project })).toBe('deny OUT_OF_SCOPE')
      expect(await ask(api, key, { action, resource: itself })).toBe('deny OUT_OF_SCOPE')
    }
  })

  it('do not search each other: not by a principal, a project or a resource of another', async () => {
    const { searches } = mine.api
    const action = 'compute:servers:start'
    const principal = { $case: 'applicationId', value: theirs.applicationId } as const
    const resource = Resource.fromPartial({ projectId: theirs.projectId })
    const own = { $case: 'userId', value: (await mine.api.users.getUser()).id } as const
    const home = Resource.fromPartial({ projectId: mine.projectId })
    const answers = [
      (await searches.listActions({ principal, resource: home })).actions,
      (await searches.listActions({ principal: own, resource })).actions,
      (await searches.listPrincipals({ action, resource })).principals,
      (await searches.listResources({ principal: own, action })).resources,
    ]
    expect(answers).toEqual([[], [], [], []])
    const everybody = await searches.listPrincipals({ action, resource: home })
    expect(everybody.principals.map((each) => each.principal?.value)).toEqual([
      own.value,
      mine.applicationId,
    ])
  })

  it('do not explain or answer for principals of another', async () => {
    const named = await mine.api.authorization.authorizePrincipal({
      principal: { $case: 'applicationId', value: theirs.applicationId },
      action: 'a:b:c',
      resource: Resource.fromPartial({}),
    })
    expect(named).toMatchObject({ decision: 2, reason: 11 })
    const subjects = [
      { $case: 'apiKey', value: theirs.key },
      { $case: 'accessKey', value: theirs.accessKey },
      { $case: 'applicationId', value: theirs.applicationId },
    ]
    for (const subject of subjects) {
      const request = { subject, action: 'a:b:c', resource: {} } as object
      const { answer, policies } = await mine.api.authorization.explain(
        ExplainRequest.fromPartial(request),
      )
      expect(answer?.organizationId).toBe('')
      expect(policies).toEqual([])
    }
  })
})
