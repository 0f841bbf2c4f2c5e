import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { ApiKey } from '../../src/grpc/gen/postern/v1/api_key.js'
import { Group } from '../../src/grpc/gen/postern/v1/group.js'
import { UserType } from '../../src/grpc/gen/postern/v1/user.js'
import { aMember, anApplication, aRule, ask, fresh, grant, onProjects } from '../support/acts.js'
import { refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const start = { action: 'compute:servers:start' }
const operators = { permissionSetNames: ['InstancesFullAccess'] }

onBothStores('principals', (system) => {
  const aProject = async () => system().owner.projects.createProject({ name: fresh('project') })

  it('are one person in several organizations, as a user of its own in each', async () => {
    const { owner, as } = system()
    const email = `${fresh('owner')}@home.example`
    const made = await owner.organizations.createOrganization({ name: 'Home', ownerEmail: email })
    const home = as(made.ownerApiKey)
    const guest = await owner.users.inviteUser({ email: email.toUpperCase() })
    const { user } = await home.users.acceptInvitation({ userId: guest.id })
    const self = await home.users.getUser()
    expect(self.type).toBe(UserType.OWNER)
    expect(user).toMatchObject({ type: UserType.GUEST, email, accountId: self.accountId })
    expect(user?.accountId).not.toBe('')
    expect(user?.id).not.toBe(self.id)
    expect(user?.organizationId).not.toBe(self.organizationId)
  })

  it('share external ids with those of other organizations only', async () => {
    const { owner, as } = system()
    const ownerEmail = `${fresh('owner')}@other.example`
    const other = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
    const externalId = fresh('payroll')
    const named = () => ({ name: fresh('application'), externalId })
    await owner.applications.createApplication(named())
    await as(other.ownerApiKey).applications.createApplication(named())
    const again = await refusalOf(owner.applications.createApplication(named()))
    expect(again).toMatchObject({ code: status.ALREADY_EXISTS })
  })

  it('that are applications are no persons: neither invited nor enrolled', async () => {
    const { owner, as } = system()
    const { id, key } = await anApplication(owner)
    const invitations = await refusalOf(as(key).users.listInvitations())
    expect(invitations).toMatchObject({ code: status.PERMISSION_DENIED, reason: 'USERS_ONLY' })
    const enrollment = await refusalOf(owner.users.issueEnrollment({ userId: id }))
    expect(enrollment).toMatchObject({ code: status.NOT_FOUND, reason: 'NOT_FOUND' })
  })

  it('of implicit groups are nobody’s to choose', async () => {
    const { owner } = system()
    const member = await aMember(owner)
    const { groups } = await owner.groups.listGroups({ name: 'all_users' })
    const groupId = groups[0]?.id ?? ''
    const members = { groupId, userIds: [member.id] }
    const group = Group.fromPartial({ id: groupId, name: 'everybody' })
    const attempts = [
      () => owner.groups.addGroupMembers(members),
      () => owner.groups.removeGroupMembers(members),
      () => owner.groups.setGroupMembers({ groupId }),
      () => owner.groups.updateGroup({ group, updateMask: ['name'] }),
      () => owner.groups.deleteGroup({ groupId }),
    ]
    for (const attempt of attempts) {
      expect(await refusalOf(attempt())).toMatchObject({ reason: 'IMPLICIT_GROUP' })
    }
  })

  it('join and leave groups for themselves alone', async () => {
    const { owner } = system()
    const { id: projectId } = await aProject()
    const [one, other] = [await anApplication(owner), await anApplication(owner)]
    const { id: groupId } = await owner.groups.createGroup({ name: fresh('group') })
    await owner.policies.createPolicy({
      name: fresh('policy'),
      principal: { $case: 'groupId', value: groupId },
      rules: [aRule({ ...operators, ...onProjects(projectId) })],
    })
    const question = { ...start, resource: { projectId } }
    const both = async () => [
      await ask(owner, one.key, question),
      await ask(owner, other.key, question),
    ]
    const [yes, no] = ['allow RULE', 'deny NO_MATCHING_RULE']
    expect(await both()).toEqual([no, no])
    await owner.groups.addGroupMembers({ groupId, applicationIds: [one.id] })
    expect(await both()).toEqual([yes, no])
    await owner.groups.addGroupMembers({ groupId, applicationIds: [other.id] })
    expect(await both()).toEqual([yes, yes])
    await owner.groups.removeGroupMembers({ groupId, applicationIds: [one.id] })
    expect(await both()).toEqual([no, yes])
    await owner.groups.setGroupMembers({ groupId, applicationIds: [one.id] })
    expect(await both()).toEqual([yes, no])
  })

  describe('with a key', () => {
    it('decide as before once unlocked', async () => {
      const { owner, as } = system()
      const { id: projectId } = await aProject()
      const { id: userId } = await aMember(owner)
      await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'userId', value: userId },
        rules: [aRule({ ...operators, ...onProjects(projectId) })],
      })
      const { token } = await owner.users.issueEnrollment({ userId })
      const { apiKey } = await as('').users.enroll({ token })
      const asked = () => ask(owner, apiKey, { ...start, resource: { projectId } })
      expect(await asked()).toBe('allow RULE')
      await owner.users.lockUser({ userId })
      expect(await asked()).toBe('deny PRINCIPAL_LOCKED')
      await owner.users.unlockUser({ userId })
      expect(await asked()).toBe('allow RULE')
    })

    it('decide the same whatever project the key defaults to', async () => {
      const { owner } = system()
      const { id: projectId } = await aProject()
      const { id } = await anApplication(owner)
      await grant(owner, id, { ...operators, ...onProjects(projectId) })
      const { apiKey, secret } = await owner.apiKeys.createApiKey({
        bearer: { $case: 'applicationId', value: id },
      })
      const inProject = { ...start, resource: { projectId } }
      const answers = async () => [
        await ask(owner, secret, inProject),
        await ask(owner, secret, start),
      ]
      const before = await answers()
      const { accessKey = '' } = apiKey ?? {}
      await owner.apiKeys.updateApiKey({
        apiKey: ApiKey.fromPartial({ accessKey, defaultProjectId: projectId }),
        updateMask: ['default_project_id'],
      })
      expect(before).toEqual(['allow RULE', 'deny NO_MATCHING_RULE'])
      expect(await answers()).toEqual(before)
    })

    it.each(['narrowing', 'user_id', 'application_id', 'organization_id', 'access_key'])(
      'keep the %s of the key for life',
      async (path) => {
        const { owner } = system()
        const { apiKey } = await owner.apiKeys.createApiKey({
          bearer: { $case: 'applicationId', value: (await anApplication(owner)).id },
        })
        const update = owner.apiKeys.updateApiKey({
          apiKey: ApiKey.fromPartial({ accessKey: apiKey?.accessKey ?? '' }),
          updateMask: [path],
        })
        expect(await refusalOf(update)).toMatchObject({ reason: 'IMMUTABLE' })
      },
    )
  })
})
