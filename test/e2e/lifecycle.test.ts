import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { ApiKey } from '../../src/grpc/gen/postern/v1/api_key.js'
import { GroupKind } from '../../src/grpc/gen/postern/v1/group.js'
import { Policy } from '../../src/grpc/gen/postern/v1/policy.js'
import { User, UserStatus, UserType } from '../../src/grpc/gen/postern/v1/user.js'
import {
  aKeyOf,
  aMember,
  anApplication,
  aRule,
  ask,
  fresh,
  grant,
  onOrganization,
  onProjects,
} from '../support/acts.js'
import { refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const start = { action: 'compute:servers:start' }
const operators = { permissionSetNames: ['InstancesFullAccess'] }

onBothStores('the life of principals and policies', (system) => {
  const project = async () => system().owner.projects.createProject({ name: fresh('project') })

  describe('keys', () => {
    it('decide alike, however many a principal bears', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { id: projectId } = await project()
      await grant(owner, id, { ...operators, ...onProjects(projectId) })
      const second = await aKeyOf(owner, id)
      const question = { ...start, resource: { projectId } }
      expect(await ask(owner, key, question)).toBe('allow RULE')
      expect(await ask(owner, second, question)).toBe('allow RULE')
    })

    it('are shown once and never again', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { apiKeys } = await owner.apiKeys.listApiKeys({
        bearer: { $case: 'applicationId', value: id },
      })
      expect(apiKeys).toHaveLength(1)
      expect(JSON.stringify(apiKeys)).not.toContain(key)
      expect(apiKeys[0]?.accessKey).toMatch(/^PST[A-Z0-9]{17}$/)
    })

    it('stop at once when they are deleted', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { apiKeys } = await owner.apiKeys.listApiKeys({
        bearer: { $case: 'applicationId', value: id },
      })
      await owner.apiKeys.deleteApiKey({ accessKey: apiKeys[0]?.accessKey ?? '' })
      expect(await ask(owner, key, start)).toBe('deny KEY_NOT_FOUND')
    })

    it('stop at their expiry, and stay listed', async () => {
      const { owner, clock } = system()
      const { id } = await anApplication(owner)
      const bearer = { $case: 'applicationId', value: id } as const
      const expireTime = new Date(clock.nowMs + 60_000)
      const { secret, apiKey } = await owner.apiKeys.createApiKey({ bearer, expireTime })
      expect(await ask(owner, secret, start)).toBe('deny NO_MATCHING_RULE')
      clock.nowMs += 60_000
      expect(await ask(owner, secret, start)).toBe('deny KEY_EXPIRED')
      const expired = await owner.apiKeys.listApiKeys({ bearer, expired: true })
      expect(expired.apiKeys.map((key) => key.accessKey)).toEqual([apiKey?.accessKey])
      const live = await owner.apiKeys.listApiKeys({ bearer, expired: false })
      expect(live.apiKeys.map((key) => key.accessKey)).not.toContain(apiKey?.accessKey)
    })

    it('stay expired, and can still be described and deleted', async () => {
      const { owner, clock } = system()
      const { id } = await anApplication(owner)
      const bearer = { $case: 'applicationId', value: id } as const
      const expireTime = new Date(clock.nowMs + 60_000)
      const { secret, apiKey } = await owner.apiKeys.createApiKey({ bearer, expireTime })
      clock.nowMs += 60_000
      const { accessKey = '' } = apiKey ?? {}
      const update = (changed: Partial<ApiKey>, ...updateMask: string[]) =>
        owner.apiKeys.updateApiKey({
          apiKey: ApiKey.fromPartial({ accessKey, ...changed } as object),
          updateMask,
        })
      const later = new Date(clock.nowMs + 60_000)
      const refused = { code: status.FAILED_PRECONDITION, reason: 'KEY_EXPIRED' }
      expect(await refusalOf(update({ expireTime: later }, 'expire_time'))).toMatchObject(refused)
      expect(await refusalOf(update({}, 'expire_time'))).toMatchObject(refused)
      expect(await refusalOf(owner.apiKeys.rotateApiKey({ accessKey }))).toMatchObject(refused)
      expect((await update({ description: 'old' }, 'description')).description).toBe('old')
      expect(await ask(owner, secret, start)).toBe('deny KEY_EXPIRED')
      await owner.apiKeys.deleteApiKey({ accessKey })
    })

    it('go on for the grace period after a rotation', async () => {
      const { owner, clock } = system()
      const { id, key } = await anApplication(owner)
      const { apiKeys } = await owner.apiKeys.listApiKeys({
        bearer: { $case: 'applicationId', value: id },
      })
      const accessKey = apiKeys[0]?.accessKey ?? ''
      const gracePeriod = { seconds: 3_600n, nanos: 0 }
      const { secret } = await owner.apiKeys.rotateApiKey({ accessKey, gracePeriod })
      expect(await ask(owner, key, start)).toBe('deny NO_MATCHING_RULE')
      expect(await ask(owner, secret, start)).toBe('deny NO_MATCHING_RULE')
      clock.nowMs += 3_600_000
      expect(await ask(owner, key, start)).toBe('deny KEY_EXPIRED')
      expect(await ask(owner, secret, start)).toBe('deny NO_MATCHING_RULE')
    })

    it('need an expiry within the maximum that the organization sets, older ones going on', async () => {
      const { owner, clock, founded } = system()
      const { id, key } = await anApplication(owner)
      const bearer = { $case: 'applicationId', value: id } as const
      const { id: organizationId, etag } = await owner.organizations.getOrganization()
      expect(organizationId).toBe(founded.organization.id)
      const organization = await owner.organizations.getOrganization()
      const update = (seconds: bigint) =>
        owner.organizations.updateOrganization({
          organization: { ...organization, etag: '', apiKeyTtlMax: { seconds, nanos: 0 } },
          updateMask: ['api_key_ttl_max'],
        })
      await update(60n)
      expect(etag).not.toBe('')
      const without = await refusalOf(owner.apiKeys.createApiKey({ bearer }))
      expect(without.violations).toEqual(['expire_time REQUIRED'])
      const late = new Date(clock.nowMs + 61_000)
      const tooLong = await refusalOf(owner.apiKeys.createApiKey({ bearer, expireTime: late }))
      expect(tooLong.violations).toEqual(['expire_time CONSTRAINT'])
      await owner.apiKeys.createApiKey({ bearer, expireTime: new Date(clock.nowMs + 60_000) })
      expect(await ask(owner, key, start)).toBe('deny NO_MATCHING_RULE')
      await update(0n)
    })

    it('have the default project of the organization where none is named, granting nothing', async () => {
      const { owner, founded } = system()
      const { id } = await anApplication(owner)
      const bearer = { $case: 'applicationId', value: id } as const
      const { apiKey, secret } = await owner.apiKeys.createApiKey({ bearer })
      expect(apiKey?.defaultProjectId).toBe(founded.organization.id)
      const resource = { projectId: founded.organization.id }
      expect(await ask(owner, secret, { ...start, resource })).toBe('deny NO_MATCHING_RULE')
    })

    it('are never made for another human, by anybody', async () => {
      const { owner } = system()
      const member = await aMember(owner)
      const refusal = await refusalOf(
        owner.apiKeys.createApiKey({ bearer: { $case: 'userId', value: member.id } }),
      )
      expect(refusal).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'FOREIGN_USER_KEY' })
    })
  })

  describe('the owner', () => {
    it('is allowed everything in its organization without a policy', async () => {
      const { owner, founded } = system()
      const { id: projectId } = await project()
      const question = { action: 'anything:at:all', resource: { projectId } }
      expect(await ask(owner, founded.ownerKey.secret, question)).toBe('allow OWNER')
    })

    it('can be neither deleted nor locked', async () => {
      const { owner, founded } = system()
      const userId = founded.owner.id
      const expected = { code: status.FAILED_PRECONDITION, reason: 'OWNER_PROTECTED' }
      expect(await refusalOf(owner.users.deleteUser({ userId }))).toMatchObject(expected)
      expect(await refusalOf(owner.users.lockUser({ userId }))).toMatchObject(expected)
    })

    it('cannot delete the last key that could mend the organization', async () => {
      const { owner, founded } = system()
      const refusal = await refusalOf(
        owner.apiKeys.deleteApiKey({ accessKey: founded.ownerKey.key.id }),
      )
      expect(refusal).toMatchObject({
        code: status.FAILED_PRECONDITION,
        reason: 'LAST_IAM_PATH',
      })
      expect((await owner.users.getUser()).type).toBe(UserType.OWNER)
    })
  })

  describe('deleting', () => {
    it('a user takes its memberships along and leaves its policies inert', async () => {
      const { owner } = system()
      const member = await aMember(owner)
      const group = await owner.groups.createGroup({ name: fresh('group'), userIds: [member.id] })
      const policy = await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'userId', value: member.id },
        rules: [aRule(operators)],
      })
      await owner.users.deleteUser({ userId: member.id })
      expect((await owner.groups.getGroup({ groupId: group.id })).userIds).toEqual([])
      const left = await owner.policies.getPolicy({ policyId: policy.id })
      expect(left.principal).toBeUndefined()
      expect(left.rules).toHaveLength(1)
    })

    it('a user takes its keys along, and no key of an application', async () => {
      const { owner, as } = system()
      const { id: applicationId, key } = await anApplication(owner)
      const member = await aMember(owner)
      await owner.groups.createGroup({
        name: fresh('group'),
        userIds: [member.id],
        applicationIds: [applicationId],
      })
      const { token } = await owner.users.issueEnrollment({ userId: member.id })
      const { apiKey } = await as('').users.enroll({ token })
      expect(await ask(owner, apiKey, start)).toBe('deny NO_MATCHING_RULE')
      await owner.users.deleteUser({ userId: member.id })
      expect(await ask(owner, apiKey, start)).toBe('deny KEY_NOT_FOUND')
      expect(await ask(owner, key, start)).toBe('deny NO_MATCHING_RULE')
    })

    it('an application takes its keys along and leaves its policies inert', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const policy = await grant(owner, id, operators)
      await owner.applications.deleteApplication({ applicationId: id })
      expect(await ask(owner, key, start)).toBe('deny KEY_NOT_FOUND')
      const left = await owner.policies.getPolicy({ policyId: policy.id })
      expect(left.principal).toBeUndefined()
    })

    it('a group leaves its policies inert, and its members without them', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { id: projectId } = await project()
      const group = await owner.groups.createGroup({ name: fresh('group'), applicationIds: [id] })
      const policy = await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'groupId', value: group.id },
        rules: [aRule({ ...operators, ...onProjects(projectId) })],
      })
      const question = { ...start, resource: { projectId } }
      expect(await ask(owner, key, question)).toBe('allow RULE')
      await owner.groups.deleteGroup({ groupId: group.id })
      expect(await ask(owner, key, question)).toBe('deny NO_MATCHING_RULE')
      const left = await owner.policies.getPolicy({ policyId: policy.id })
      expect(left.principal).toBeUndefined()
    })

    it('a project leaves rules that name it alone with nothing to grant', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { id: projectId } = await project()
      const { id: other } = await project()
      await grant(owner, id, { ...operators, ...onProjects(projectId) })
      await owner.projects.deleteProject({ projectId })
      const gone = { ...start, resource: { projectId } }
      expect(await ask(owner, key, gone)).toBe('deny OUT_OF_SCOPE')
      const elsewhere = { ...start, resource: { projectId: other } }
      expect(await ask(owner, key, elsewhere)).toBe('deny NO_MATCHING_RULE')
    })
  })

  describe('policies', () => {
    it('move when another principal is named, and detach when none is', async () => {
      const { owner } = system()
      const { id: projectId } = await project()
      const first = await anApplication(owner)
      const second = await anApplication(owner)
      const policy = await grant(owner, first.id, { ...operators, ...onProjects(projectId) })
      const question = { ...start, resource: { projectId } }
      const move = (principal: Policy['principal']) =>
        owner.policies.updatePolicy({
          policy: Policy.fromPartial({ id: policy.id, principal } as object),
          updateMask: ['principal'],
        })
      await move({ $case: 'applicationId', value: second.id })
      expect(await ask(owner, first.key, question)).toBe('deny NO_MATCHING_RULE')
      expect(await ask(owner, second.key, question)).toBe('allow RULE')
      await move(undefined)
      expect(await ask(owner, second.key, question)).toBe('deny NO_MATCHING_RULE')
    })

    it('get new rule ids when all rules are set, and keep them when one is edited', async () => {
      const { owner } = system()
      const { id } = await anApplication(owner)
      const policy = await grant(owner, id, operators)
      const policyId = policy.id
      const set = await owner.policies.setRules({
        policyId,
        rules: [aRule(operators), aRule({ ...operators, condition: 'has(resource.id)' })],
      })
      expect(set.rules.map((rule) => rule.condition)).toEqual(['', 'has(resource.id)'])
      expect(set.rules[0]?.id).not.toBe(policy.rules[0]?.id)
      const [, second] = set.rules
      if (!second) throw new Error('the second rule is missing')
      const edited = await owner.policies.updateRule({
        policyId,
        rule: { ...second, resources: ['server/*'] },
      })
      expect(edited.rules.map((rule) => rule.id)).toEqual(set.rules.map((rule) => rule.id))
      expect(edited.rules[1]?.condition).toBe('has(resource.id)')
      const emptied = await owner.policies.setRules({ policyId, rules: [] })
      expect(emptied.rules).toEqual([])
    })

    it('are cloned without principal and tags, each rule under an id of its own', async () => {
      const { owner } = system()
      const { id } = await anApplication(owner)
      const policy = await grant(owner, id, operators)
      const copy = await owner.policies.clonePolicy({ policyId: policy.id })
      expect(copy.name).toBe(`Copy of ${policy.name}`)
      expect(copy.principal).toBeUndefined()
      expect(copy.tags).toEqual([])
      expect(copy.rules[0]?.id).not.toBe(policy.rules[0]?.id)
      expect(copy.rules[0]?.permissionSetNames).toEqual(['InstancesFullAccess'])
    })

    it('hold as many rules, sets and projects as they may', async () => {
      const { owner } = system()
      const { permissionSets } = await owner.permissionSets.listPermissionSets({ pageSize: 100 })
      const names = permissionSets.filter((set) => set.scopeType === 1).map((set) => set.name)
      const { id: projectId } = await project()
      const rule = aRule({ permissionSetNames: names, ...onProjects(projectId) })
      const { rules } = await owner.policies.createPolicy({
        name: fresh('large'),
        rules: Array.from({ length: 100 }, () => rule),
      })
      expect(rules).toHaveLength(100)
      expect(rules[99]?.permissionSetNames).toEqual(names)
    })

    it('refuse the change of somebody who saw an older state', async () => {
      const { owner } = system()
      const { id } = await anApplication(owner)
      const policy = await grant(owner, id, operators)
      await owner.policies.setRules({ policyId: policy.id, rules: [], etag: policy.etag })
      const late = owner.policies.setRules({ policyId: policy.id, rules: [], etag: policy.etag })
      expect(await refusalOf(late)).toMatchObject({
        code: status.ABORTED,
        reason: 'ETAG_MISMATCH',
      })
    })
  })

  describe('groups', () => {
    it('include the implicit ones, which reach everybody of their kind, later ones too', async () => {
      const { owner } = system()
      const { groups } = await owner.groups.listGroups({ name: 'all_applications' })
      expect(groups.map((group) => group.kind)).toEqual([GroupKind.ALL_APPLICATIONS])
      const { id: projectId } = await project()
      const policy = await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'groupId', value: groups[0]?.id ?? '' },
        rules: [aRule({ ...operators, ...onProjects(projectId) })],
      })
      const { key } = await anApplication(owner)
      expect(await ask(owner, key, { ...start, resource: { projectId } })).toBe('allow RULE')
      await owner.policies.deletePolicy({ policyId: policy.id })
      const refusal = await refusalOf(owner.groups.deleteGroup({ groupId: groups[0]?.id ?? '' }))
      expect(refusal.reason).toBe('IMPLICIT_GROUP')
    })

    it('lose no member when two are added at once', async () => {
      const { owner } = system()
      const { id: groupId } = await owner.groups.createGroup({ name: fresh('group') })
      const members = await Promise.all(Array.from({ length: 10 }, () => aMember(owner)))
      await Promise.all(
        members.map(({ id }) => owner.groups.addGroupMembers({ groupId, userIds: [id] })),
      )
      const { userIds } = await owner.groups.getGroup({ groupId })
      expect(userIds).toEqual(members.map((member) => member.id).sort())
    })

    it('answer NOT_FOUND when one who is no member is removed', async () => {
      const { owner } = system()
      const { id: groupId } = await owner.groups.createGroup({ name: fresh('group') })
      const member = await aMember(owner)
      const refusal = await refusalOf(
        owner.groups.removeGroupMembers({ groupId, userIds: [member.id] }),
      )
      expect(refusal.code).toBe(status.NOT_FOUND)
    })

    it('have unique names, compared by their bytes', async () => {
      const { owner } = system()
      const name = fresh('Group')
      await owner.groups.createGroup({ name })
      await owner.groups.createGroup({ name: name.toLowerCase() })
      const again = await refusalOf(owner.groups.createGroup({ name }))
      expect(again).toMatchObject({ code: status.ALREADY_EXISTS, reason: 'ALREADY_EXISTS' })
    })
  })

  it('lists every element once over its pages, in order of creation', async () => {
    const { owner } = system()
    const made: string[] = []
    for (let i = 0; i < 25; i++) {
      made.push((await owner.applications.createApplication({ name: fresh('paged') })).id)
    }
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await owner.applications.listApplications({ pageSize: 7, pageToken })
      seen.push(...page.applications.map((application) => application.id))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen.filter((id) => made.includes(id))).toEqual(made)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('answers every write with the revision after it, one more each time', async () => {
    const { owner } = system()
    const number = (revision: string) =>
      Buffer.from(revision.slice(4), 'base64url').readBigUInt64BE(8)
    const first = await owner.projects.createProject({ name: fresh('project') })
    const second = await owner.projects.createProject({ name: fresh('project') })
    expect(number(second.revision)).toBe(number(first.revision) + 1n)
    const read = await owner.projects.getProject({ projectId: second.id })
    expect(read.revision).toBe(second.revision)
  })

  it('leaves fields alone that the mask does not name', async () => {
    const { owner } = system()
    const made = await owner.users.createUser({
      email: `${fresh('kept')}@acme.example`,
      displayName: 'Kept',
      tags: ['a'],
    })
    const updated = await owner.users.updateUser({
      user: User.fromPartial({ id: made.id, displayName: 'ignored', tags: [] }),
      updateMask: ['tags'],
    })
    expect(updated).toMatchObject({ displayName: 'Kept', tags: [], status: UserStatus.ACTIVE })
  })

  it('keeps sets of one organization apart from the built-in ones', async () => {
    const { owner } = system()
    const refusal = await refusalOf(
      owner.permissionSets.createPermissionSet({
        name: 'IAMManager',
        scopeType: 2,
        permissions: ['*'],
      }),
    )
    expect(refusal.code).toBe(status.ALREADY_EXISTS)
    const name = fresh('Own')
    await owner.permissionSets.createPermissionSet({
      name,
      scopeType: 1,
      permissions: ['robots:*'],
    })
    const { id, key } = await anApplication(owner)
    const { id: projectId } = await project()
    await grant(owner, id, { permissionSetNames: [name], ...onOrganization() })
    const question = { action: 'robots:arm:move', resource: { projectId } }
    expect(await ask(owner, key, question)).toBe('allow RULE')
    const used = await refusalOf(owner.permissionSets.deletePermissionSet({ name }))
    expect(used.reason).toBe('IN_USE')
  })
})
