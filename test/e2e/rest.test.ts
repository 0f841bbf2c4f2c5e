import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RestSystem, startRest } from '../support/scaleway.js'

let rest: RestSystem
beforeAll(async () => {
  rest = await startRest()
})
afterAll(() => rest.close())

const anywhere = '00000000-0000-4000-8000-000000000000'

let made = 0
const unique = (prefix: string) => `${prefix}-${++made}`

function member(username = unique('ada')) {
  return {
    email: `${username}@acme.example`,
    sendPasswordEmail: false,
    sendWelcomeEmail: false,
    username,
    password: 'never kept',
    firstName: 'Ada',
    lastName: 'Lovelace',
    phoneNumber: '+33123456789',
    locale: 'en_GB',
  }
}

describe("users, by Scaleway's own client", () => {
  it('creates a member with all that the client gives, and reads it back', async () => {
    const { iam } = rest.owner
    const given = member()
    const user = await iam.createUser({ tags: ['a'], member: given })
    expect(user).toMatchObject({
      email: given.email,
      username: given.username,
      firstName: 'Ada',
      lastName: 'Lovelace',
      phoneNumber: '+33123456789',
      locale: 'en_GB',
      type: 'member',
      status: 'activated',
      deletable: true,
      locked: false,
      mfa: false,
      tags: ['a'],
      organizationId: rest.organizationId,
      accountRootUserId: '',
    })
    expect(user.lastLoginAt).toBeUndefined()
    expect(await iam.getUser({ userId: user.id })).toEqual(user)
  })

  it('invites a guest by address, pending', async () => {
    const guest = await rest.owner.iam.createUser({ email: `${unique('bob')}@elsewhere.example` })
    expect(guest).toMatchObject({ type: 'guest', status: 'invitation_pending' })
  })

  it('changes what is given, and nothing else', async () => {
    const { iam } = rest.owner
    const user = await iam.createUser({ member: member() })
    const changed = await iam.updateUser({ userId: user.id, firstName: 'Augusta', tags: ['x'] })
    expect(changed).toMatchObject({ firstName: 'Augusta', lastName: 'Lovelace', tags: ['x'] })
    expect(await iam.updateUser({ userId: user.id })).toEqual(changed)
    const renamed = await iam.updateUserUsername({ userId: user.id, username: unique('zoe') })
    expect(renamed.username).toMatch(/^zoe-/)
  })

  it('locks and unlocks a member, and never the owner', async () => {
    const { iam } = rest.owner
    const user = await iam.createUser({ member: member() })
    expect((await iam.lockUser({ userId: user.id })).locked).toBe(true)
    expect((await iam.unlockUser({ userId: user.id })).locked).toBe(false)
    await expect(iam.lockUser({ userId: rest.ownerId })).rejects.toMatchObject({ status: 412 })
  })

  it('deletes a member, and never the owner', async () => {
    const { iam } = rest.owner
    const user = await iam.createUser({ member: member() })
    await iam.deleteUser({ userId: user.id })
    await expect(iam.getUser({ userId: user.id })).rejects.toMatchObject({ status: 404 })
    const owner = await iam.getUser({ userId: rest.ownerId })
    expect(owner).toMatchObject({ deletable: false, type: 'owner' })
    expect(owner.accountRootUserId).not.toBe('')
    await expect(iam.deleteUser({ userId: rest.ownerId })).rejects.toMatchObject({ status: 412 })
  })

  it('lists by type, tag, id and second factor, in the order asked for', async () => {
    const { iam } = rest.owner
    const tag = unique('tag')
    const users = [
      await iam.createUser({ member: member(unique('b')), tags: [tag] }),
      await iam.createUser({ member: member(unique('a')), tags: [tag] }),
    ]
    const ids = async (query: Parameters<typeof iam.listUsers>[0]) =>
      (await iam.listUsers(query)).users.map((user) => user.id)
    expect(await ids({ tag })).toEqual(users.map((user) => user.id))
    expect(await ids({ tag, orderBy: 'username_asc' })).toEqual(users.map((u) => u.id).reverse())
    expect(
      await ids({ userIds: users.map((user) => user.id), orderBy: 'created_at_desc' }),
    ).toEqual(users.map((user) => user.id).reverse())
    expect(await ids({ type: 'owner' })).toEqual([rest.ownerId])
    expect(await ids({ tag, type: 'unknown_type' })).toHaveLength(2)
    expect(await ids({ mfa: true })).toEqual([])
  })
})

describe('applications', () => {
  it('are created, changed, counted with their keys, and deleted', async () => {
    const { iam } = rest.owner
    const application = await iam.createApplication({ name: 'ci', description: 'd', tags: ['t'] })
    expect(application).toMatchObject({
      editable: true,
      deletable: true,
      managed: false,
      nbApiKeys: 0,
    })
    expect(await iam.getApplication({ applicationId: application.id })).toEqual(application)
    await iam.createAPIKey({ applicationId: application.id, description: '' })
    const renamed = await iam.updateApplication({
      applicationId: application.id,
      name: 'cd',
      tags: [],
    })
    expect(renamed).toMatchObject({ name: 'cd', description: 'd', tags: [], nbApiKeys: 1 })
    await iam.deleteApplication({ applicationId: application.id })
    expect((await iam.listApplications({ applicationIds: [application.id] })).totalCount).toBe(0)
  })

  it('are found on every page by `.all()`, each once, in two requests of 20', async () => {
    const { iam } = rest.owner
    const tag = unique('many')
    for (let i = 0; i < 25; i++)
      await iam.createApplication({ name: `many-${i}`, description: '', tags: [tag] })
    const first = await iam.listApplications({ tag })
    expect([first.applications.length, first.totalCount]).toEqual([20, 25])
    const all = await iam.listApplications({ tag }).all()
    expect(new Set(all.map((each) => each.id)).size).toBe(25)
    const seen: string[] = []
    for await (const page of iam.listApplications({ tag, pageSize: 7 })) {
      seen.push(...page.map((each) => each.id))
    }
    expect(seen).toEqual(all.map((each) => each.id))
  })

  it('are none of those that cannot be edited', async () => {
    expect((await rest.owner.iam.listApplications({ editable: false })).totalCount).toBe(0)
  })
})

describe('groups', () => {
  async function scene() {
    const { iam } = rest.owner
    const group = await iam.createGroup({ name: unique('team'), description: '', tags: ['g'] })
    const user = await iam.createUser({ member: member() })
    const application = await iam.createApplication({ name: unique('bot'), description: '' })
    return { iam, group, user, application }
  }

  it('take members one by one and together, and let them go', async () => {
    const { iam, group, user, application } = await scene()
    const groupId = group.id
    const one = await iam.addGroupMember({ groupId, userId: user.id })
    expect([one.userIds, one.applicationIds]).toEqual([[user.id], []])
    const both = await iam.addGroupMembers({
      groupId,
      userIds: [user.id],
      applicationIds: [application.id],
    })
    expect([both.userIds, both.applicationIds]).toEqual([[user.id], [application.id]])
    const left = await iam.removeGroupMember({ groupId, userId: user.id })
    expect([left.userIds, left.applicationIds]).toEqual([[], [application.id]])
    const set = await iam.setGroupMembers({ groupId, userIds: [user.id], applicationIds: [] })
    expect([set.userIds, set.applicationIds]).toEqual([[user.id], []])
    expect((await iam.getGroup({ groupId })).userIds).toEqual([user.id])
  })

  it('are found by member, id, exact name and tag', async () => {
    const { iam, group, user } = await scene()
    await iam.addGroupMember({ groupId: group.id, userId: user.id })
    const names = async (query: Parameters<typeof iam.listGroups>[0]) =>
      (await iam.listGroups(query)).groups.map((each) => each.name)
    expect(await names({ userIds: [user.id, anywhere] })).toEqual([group.name])
    expect(await names({ groupIds: [group.id] })).toEqual([group.name])
    expect(await names({ name: group.name })).toEqual([group.name])
    expect(await names({ name: group.name.slice(0, -1) })).toEqual([])
  })

  it('tell the implicit ones by what they hold, and that nobody edits them', async () => {
    const { groups } = await rest.owner.iam.listGroups({ name: 'all_users' })
    expect(groups[0]).toMatchObject({ editable: false, deletable: false, managed: true })
  })

  it('lose no member when two are added at the same time', async () => {
    const { iam, group, user, application } = await scene()
    const groupId = group.id
    await Promise.all([
      iam.addGroupMember({ groupId, userId: user.id }),
      iam.addGroupMember({ groupId, applicationId: application.id }),
    ])
    const { userIds, applicationIds } = await iam.getGroup({ groupId })
    expect([userIds, applicationIds]).toEqual([[user.id], [application.id]])
  })

  it('are renamed and deleted', async () => {
    const { iam, group } = await scene()
    const renamed = await iam.updateGroup({ groupId: group.id, description: 'new' })
    expect(renamed).toMatchObject({ name: group.name, description: 'new', tags: ['g'] })
    await iam.deleteGroup({ groupId: group.id })
    await expect(iam.getGroup({ groupId: group.id })).rejects.toMatchObject({ resource: 'group' })
  })
})

describe('API keys', () => {
  it('have a secret in the answer that makes them, and never again', async () => {
    const { iam } = rest.owner
    const application = await iam.createApplication({ name: unique('bot'), description: '' })
    const key = await iam.createAPIKey({ applicationId: application.id, description: 'd' })
    expect(key.accessKey).toMatch(/^SCW[A-Z0-9]{17}$/)
    expect(key.secretKey).toMatch(/^[0-9a-f-]{36}$/)
    expect(key).toMatchObject({ defaultProjectId: rest.organizationId, creationIp: '127.0.0.1' })
    const read = await iam.getAPIKey({ accessKey: key.accessKey })
    expect(read).toEqual({ ...key, secretKey: null })
    expect(read.userId).toBeUndefined()
  })

  it('are changed in their description, project and end, in any time zone', async () => {
    const { iam, projects } = rest.owner
    const project = await projects.createProject({ name: unique('p'), description: '' })
    const key = await iam.createAPIKey({ userId: rest.ownerId, description: '' })
    const body = { expires_at: '2035-07-06T11:00:00+02:00', default_project_id: project.id }
    const answer = await rest.send('PATCH', `/iam/v1alpha1/api-keys/${key.accessKey}`, { body })
    expect(await answer.json()).toMatchObject({ ...body, expires_at: '2035-07-06T09:00:00Z' })
    const described = await iam.updateAPIKey({ accessKey: key.accessKey, description: 'new' })
    expect(described).toMatchObject({ description: 'new', defaultProjectId: project.id })
    await iam.deleteAPIKey({ accessKey: key.accessKey })
    await expect(iam.getAPIKey({ accessKey: key.accessKey })).rejects.toMatchObject({
      resource: 'access_key',
    })
  })

  it('are listed by bearer, kind of bearer, end and access key', async () => {
    const { iam } = rest.owner
    const application = await iam.createApplication({ name: unique('bot'), description: '' })
    const of = { applicationId: application.id, description: unique('key') }
    const lasting = await iam.createAPIKey(of)
    rest.system.clock.nowMs += 1
    const expiresAt = new Date(rest.system.clock.nowMs + 1_000)
    const ending = await iam.createAPIKey({ ...of, expiresAt })
    const list = async (query: Parameters<typeof iam.listAPIKeys>[0]) =>
      (await iam.listAPIKeys(query)).apiKeys.map((key) => key.accessKey)
    expect(await list({ bearerId: application.id })).toEqual([lasting.accessKey, ending.accessKey])
    expect(await list({ applicationId: application.id, orderBy: 'expires_at_asc' })).toEqual([
      ending.accessKey,
      lasting.accessKey,
    ])
    expect(await list({ accessKeys: [lasting.accessKey], bearerType: 'application' })).toEqual([
      lasting.accessKey,
    ])
    expect(await list({ bearerId: application.id, bearerType: 'user' })).toEqual([])
    rest.system.clock.nowMs += 1_000
    expect(await list({ bearerId: application.id, expired: true })).toEqual([ending.accessKey])
    expect(await list({ bearerId: application.id, expired: false })).toEqual([lasting.accessKey])
  })

  it('decide over gRPC like any other key', async () => {
    const { iam } = rest.owner
    const key = await iam.createAPIKey({ userId: rest.ownerId, description: '' })
    const ask = async () => {
      const { decision } = await rest.system.as('').authorization.authorize({
        apiKey: key.secretKey ?? '',
        action: 'compute:servers:start',
        resource: {
          organizationId: '',
          projectId: rest.organizationId,
          type: 'server',
          id: 'web-1',
          name: '',
          locality: '',
          attributes: undefined,
        },
      })
      return decision
    }
    const allowed = await ask()
    await iam.deleteAPIKey({ accessKey: key.accessKey })
    expect(await ask()).not.toBe(allowed)
  })
})

describe('policies and rules', () => {
  async function scene() {
    const { iam, projects } = rest.owner
    const application = await iam.createApplication({ name: unique('bot'), description: '' })
    const project = await projects.createProject({ name: unique('p'), description: '' })
    const policy = await iam.createPolicy({
      name: unique('policy'),
      description: '',
      applicationId: application.id,
      tags: ['p'],
      rules: [
        { permissionSetNames: ['ObjectStorageReadOnly'], condition: '', projectIds: [project.id] },
        {
          permissionSetNames: ['IAMReadOnly', 'ProjectReadOnly'],
          condition: 'request.user_agent == "ci"',
          organizationId: rest.organizationId,
        },
      ],
    })
    return { iam, application, project, policy }
  }

  it('are created together, and counted at once', async () => {
    const { iam, application, project, policy } = await scene()
    expect(policy).toMatchObject({
      applicationId: application.id,
      nbRules: 2,
      nbScopes: 2,
      nbPermissionSets: 3,
      editable: true,
      managed: false,
    })
    expect([policy.userId, policy.groupId, policy.noPrincipal]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    const { rules, totalCount } = await iam.listRules({ policyId: policy.id })
    expect(totalCount).toBe(2)
    expect(rules[0]).toMatchObject({
      permissionSetsScopeType: 'projects',
      projectIds: [project.id],
    })
    expect(rules[1]).toMatchObject({
      permissionSetsScopeType: 'organization',
      organizationId: rest.organizationId,
      condition: 'request.user_agent == "ci"',
    })
    expect(rules[1]?.projectIds).toBeUndefined()
  })

  it('move to another principal, and to none', async () => {
    const { iam, policy } = await scene()
    const group = await iam.createGroup({ name: unique('team'), description: '' })
    const moved = await iam.updatePolicy({ policyId: policy.id, groupId: group.id })
    expect([moved.groupId, moved.applicationId]).toEqual([group.id, undefined])
    const detached = await iam.updatePolicy({ policyId: policy.id, noPrincipal: true })
    expect([detached.groupId, detached.noPrincipal]).toEqual([undefined, true])
  })

  it('have all their rules replaced, under new ids', async () => {
    const { iam, policy } = await scene()
    const before = await iam.listRules({ policyId: policy.id }).all()
    const { rules } = await iam.setRules({
      policyId: policy.id,
      rules: [
        {
          permissionSetNames: ['AllProductsReadOnly'],
          condition: '',
          organizationId: rest.organizationId,
        },
      ],
    })
    expect(rules).toHaveLength(1)
    expect(before.map((rule) => rule.id)).not.toContain(rules[0]?.id)
    expect((await iam.setRules({ policyId: policy.id, rules: [] })).rules).toEqual([])
  })

  it('are copied without principal and tags', async () => {
    const { iam, policy } = await scene()
    const copy = await iam.clonePolicy({ policyId: policy.id })
    expect(copy).toMatchObject({
      name: `Copy of ${policy.name}`,
      noPrincipal: true,
      tags: [],
      nbRules: 2,
    })
  })

  it('are found by principal, by having none, by name, tag and id', async () => {
    const { iam, application, policy } = await scene()
    const ids = async (query: Parameters<typeof iam.listPolicies>[0]) =>
      (await iam.listPolicies(query)).policies.map((each) => each.id)
    expect(await ids({ applicationIds: [application.id] })).toEqual([policy.id])
    expect(await ids({ policyName: policy.name })).toEqual([policy.id])
    expect(await ids({ policyIds: [policy.id], noPrincipal: false })).toEqual([policy.id])
    expect(await ids({ policyIds: [policy.id], noPrincipal: true })).toEqual([])
    expect(await ids({ editable: false })).toEqual([])
    await iam.deletePolicy({ policyId: policy.id })
    expect(await ids({ applicationIds: [application.id] })).toEqual([])
  })

  it('carry deny rules and resource patterns in fields that the client does not know', async () => {
    const { iam, policy } = await scene()
    const rule = {
      permission_set_names: ['ObjectStorageFullAccess'],
      organization_id: rest.organizationId,
      effect: 'deny',
      resources: ['bucket/secret-*'],
    }
    const body = { policy_id: policy.id, rules: [rule] }
    const answer = await rest.send('PUT', '/iam/v1alpha1/rules', { body })
    expect(await answer.json()).toMatchObject({ rules: [rule] })
    expect((await iam.listRules({ policyId: policy.id })).rules).toHaveLength(1)
  })
})

describe('what else the client knows', () => {
  it('lists every permission set, each with the same id every time', async () => {
    const { iam } = rest.owner
    const sets = await iam.listPermissionSets({ orderBy: 'name_asc' }).all()
    const again = await iam.listPermissionSets({ orderBy: 'name_desc', pageSize: 100 }).all()
    expect(sets.length).toBeGreaterThan(200)
    expect(again.reverse()).toEqual(sets)
    expect(new Set(sets.map((set) => set.id)).size).toBe(sets.length)
    expect(sets.find((set) => set.name === 'IAMManager')?.scopeType).toBe('organization')
  })

  it('reads and limits how long keys may live', async () => {
    const { iam } = rest.owner
    const before = await iam.getOrganizationSecuritySettings({})
    expect(before).toMatchObject({
      maxApiKeyExpirationDuration: '0s',
      enforcePasswordRenewal: false,
    })
    const day = '86400s'
    const limited = await iam.updateOrganizationSecuritySettings({
      maxApiKeyExpirationDuration: day,
    })
    expect(limited.maxApiKeyExpirationDuration).toBe(day)
    await expect(iam.createAPIKey({ userId: rest.ownerId, description: '' })).rejects.toMatchObject(
      { details: [{ argumentName: 'expires_at', reason: 'required' }] },
    )
    await iam.updateOrganizationSecuritySettings({ maxApiKeyExpirationDuration: '0s' })
    expect((await iam.getOrganization({})).id).toBe(rest.organizationId)
  })

  it('lists quotas, none of which limits anything', async () => {
    const { iam } = rest.owner
    const quota = await iam.listQuota({}).all()
    expect(quota.map((each) => each.unlimited)).toEqual(quota.map(() => true))
    expect((await iam.listQuota({ quotumNames: ['iam_groups'] })).totalCount).toBe(1)
    expect((await iam.getQuotum({ quotumName: 'iam_users' })).name).toBe('iam_users')
  })

  it('logs who changed what, from where, and keeps it when the thing is gone', async () => {
    const { iam } = rest.owner
    const application = await iam.createApplication({ name: unique('bot'), description: '' })
    await iam.deleteApplication({ applicationId: application.id })
    const query = { search: application.id, resourceType: 'application' } as const
    const { logs, totalCount } = await iam.listLogs({ ...query, orderBy: 'created_at_desc' })
    expect([logs.map((log) => log.action), totalCount]).toEqual([['deleted', 'created'], 2])
    expect(logs[0]).toMatchObject({
      bearerId: rest.ownerId,
      ip: '127.0.0.1',
      resourceId: application.id,
    })
    expect(logs[0]?.userAgent).toMatch(/^scaleway-sdk-js\//)
    expect((await iam.listLogs({ ...query, action: 'created' })).totalCount).toBe(1)
    expect(await iam.getLog({ logId: logs[0]?.id ?? '' })).toEqual(logs[0])
  })

  it('manages projects, of which the default one stays', async () => {
    const { projects } = rest.owner
    const name = unique('staging')
    const project = await projects.createProject({ name, description: 'd' })
    expect(project).toMatchObject({ name, description: 'd', organizationId: rest.organizationId })
    expect(await projects.getProject({ projectId: project.id })).toEqual(project)
    const renamed = await projects.updateProject({ projectId: project.id, description: 'new' })
    expect(renamed).toMatchObject({ name, description: 'new' })
    expect((await projects.listProjects({ name })).totalCount).toBe(1)
    const ids = (await projects.listProjects({ orderBy: 'name_asc' }).all()).map((each) => each.id)
    expect(ids).toContain(rest.organizationId)
    await projects.deleteProject({ projectId: project.id })
    expect((await projects.listProjects({ projectIds: [project.id] })).totalCount).toBe(0)
    await expect(projects.deleteProject({ projectId: rest.organizationId })).rejects.toMatchObject({
      status: 412,
    })
  })
})

describe('check-permissions', () => {
  const check = async (permissions: readonly object[], headers = {}) =>
    rest.send('POST', '/iam/v1alpha1/check-permissions', { body: { permissions }, headers })

  it('answers for the caller, in the order of the questions', async () => {
    const { iam } = rest.owner
    const application = await iam.createApplication({ name: unique('bot'), description: '' })
    const { secretKey } = await iam.createAPIKey({ applicationId: application.id, description: '' })
    await iam.createPolicy({
      name: unique('policy'),
      description: '',
      applicationId: application.id,
      rules: [
        { permissionSetNames: ['IAMReadOnly'], condition: '', organizationId: rest.organizationId },
      ],
    })
    const on = { service: 'iam', name: 'user', organization_id: rest.organizationId }
    const asked = [
      { ...on, action: 'delete' },
      { ...on, action: 'read' },
    ]
    const answer = await check(asked, { 'x-auth-token': secretKey })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({
      responses: [
        { decision: 'deny', reason: 'NO_MATCHING_RULE' },
        { decision: 'allow', reason: 'RULE' },
      ],
    })
  })

  it('denies what is of another organization, the owner too', async () => {
    const asked = [{ service: 'iam', name: 'user', action: 'read', organization_id: anywhere }]
    expect(await (await check(asked)).json()).toMatchObject({
      responses: [{ decision: 'deny', reason: 'OUT_OF_SCOPE' }],
    })
  })

  it('answers no questions with no answers, and a bad one by its name', async () => {
    expect(await (await check([])).json()).toMatchObject({ responses: [] })
    const bad = await check([{ service: 'iam', name: '', action: 'read' }])
    expect(bad.status).toBe(400)
    expect(await bad.json()).toMatchObject({ details: [{ argument_name: 'permissions[0].name' }] })
  })
})
