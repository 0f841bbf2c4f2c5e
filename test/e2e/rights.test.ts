import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { ApiKey, KeyNarrowing } from '../../src/grpc/gen/postern/v1/api_key.js'
import { Application } from '../../src/grpc/gen/postern/v1/application.js'
import { Organization } from '../../src/grpc/gen/postern/v1/organization.js'
import { Effect, Policy } from '../../src/grpc/gen/postern/v1/policy.js'
import {
  aKeyOf,
  aMember,
  anAdministrator,
  anApplication,
  aRule,
  ask,
  fresh,
  grant,
  onOrganization,
  onProjects,
} from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const denied = { code: status.PERMISSION_DENIED, reason: 'PERMISSION_DENIED' }
const escalation = { code: status.PERMISSION_DENIED, reason: 'ESCALATION' }

onBothStores('the rights of administrators', (system) => {
  const policyFor = (applicationId: string, set: string) => ({
    name: fresh('policy'),
    principal: { $case: 'applicationId' as const, value: applicationId },
    rules: [aRule({ permissionSetNames: [set] })],
  })

  it('are nothing without a policy', async () => {
    const { owner, as } = system()
    const { key } = await anApplication(owner)
    const nobody = as(key)
    const calls: [string, () => Promise<unknown>][] = [
      ['account:project:create', () => nobody.projects.createProject({ name: 'p' })],
      ['account:project:list', () => nobody.projects.listProjects()],
      ['iam:user:list', () => nobody.users.listUsers()],
      ['iam:user:create', () => nobody.users.createUser({ email: 'x@acme.example' })],
      ['iam:application:list', () => nobody.applications.listApplications()],
      ['iam:group:create', () => nobody.groups.createGroup({ name: 'g' })],
      ['iam:policy:list', () => nobody.policies.listPolicies()],
      ['iam:permission-set:list', () => nobody.permissionSets.listPermissionSets()],
      ['iam:decision:ask', () => nobody.authorization.authorizePrincipal()],
      ['iam:decision:explain', () => nobody.authorization.explain()],
      ['account:organization:read', () => nobody.organizations.getOrganization()],
      ['account:organization:create', () => nobody.organizations.createOrganization({ name: 'o' })],
      ['iam:application-api-key:list', () => nobody.apiKeys.listApiKeys()],
    ]
    for (const [permission, call] of calls) {
      const refusal = await refusalOf(call())
      expect(refusal, permission).toMatchObject(denied)
      expect(refusal.message).toContain(`\`${permission}\``)
    }
  })

  it('are those of the sets they hold, by the verb', async () => {
    const { owner, as } = system()
    const reader = as((await anAdministrator(owner, 'IAMReadOnly')).key)
    await reader.groups.listGroups()
    expect(await refusalOf(reader.groups.createGroup({ name: 'g' }))).toMatchObject(denied)
    const groups = as((await anAdministrator(owner, 'IAMGroupManager')).key)
    await groups.groups.createGroup({ name: fresh('group') })
    expect(await refusalOf(groups.users.listUsers())).toMatchObject(denied)
  })

  it('of a manager of applications include their keys, within what it holds itself', async () => {
    const { owner, as } = system()
    const manager = as((await anAdministrator(owner, 'IAMApplicationManager')).key)
    const { id } = await manager.applications.createApplication({ name: fresh('app') })
    const bearer = { $case: 'applicationId', value: id } as const
    await manager.apiKeys.createApiKey({ bearer })
    await owner.policies.createPolicy(policyFor(id, 'IAMManager'))
    expect(await refusalOf(manager.apiKeys.createApiKey({ bearer }))).toMatchObject(escalation)
  })

  it('include keys for applications, and for no other human', async () => {
    const { owner, as } = system()
    const managers = ['IAMManager', 'IAMApplicationManager'].map(async (set) =>
      as((await anAdministrator(owner, set)).key),
    )
    const { id } = await owner.applications.createApplication({ name: fresh('application') })
    const human = { $case: 'userId', value: (await aMember(owner)).id } as const
    for (const api of [owner, ...(await Promise.all(managers))]) {
      const key = await aKeyOf(api, id)
      expect(await ask(owner, key, { action: 'a:b:c' })).toBe('deny NO_MATCHING_RULE')
      const refusal = await refusalOf(api.apiKeys.createApiKey({ bearer: human }))
      expect(refusal).toMatchObject({ reason: 'FOREIGN_USER_KEY' })
    }
    const stranger = as((await anAdministrator(owner, 'IAMGroupManager')).key)
    expect(await refusalOf(aKeyOf(stranger, id))).toMatchObject(denied)
  })

  describe('to hand on rights', () => {
    it('end at what the caller holds', async () => {
      const { owner, as } = system()
      const manager = await anAdministrator(owner, 'IAMManager')
      const api = as(manager.key)
      const other = await anApplication(owner)
      await api.policies.createPolicy(policyFor(other.id, 'IAMReadOnly'))
      const products = policyFor(other.id, 'AllProductsReadOnly')
      expect(await refusalOf(api.policies.createPolicy(products))).toMatchObject(escalation)
      const billing = policyFor(manager.id, 'BillingManager')
      expect(await refusalOf(api.policies.createPolicy(billing))).toMatchObject(escalation)
    })

    it('cover what is held on the same projects only', async () => {
      const { owner, as } = system()
      const { id: mine } = await owner.projects.createProject({ name: fresh('mine') })
      const { id: other } = await owner.projects.createProject({ name: fresh('other') })
      const manager = await anAdministrator(owner, 'IAMManager')
      const set = { permissionSetNames: ['InstancesFullAccess'] }
      await grant(owner, manager.id, { ...set, ...onProjects(mine) })
      const api = as(manager.key)
      const target = await anApplication(owner)
      await grant(api, target.id, { ...set, ...onProjects(mine) })
      const wider = grant(api, target.id, { ...set, ...onProjects(mine, other) })
      expect(await refusalOf(wider)).toMatchObject(escalation)
      const everywhere = grant(api, target.id, { ...set, ...onOrganization() })
      expect(await refusalOf(everywhere)).toMatchObject(escalation)
    })

    it('do not come from rules with a condition', async () => {
      const { owner, as } = system()
      const manager = await anAdministrator(owner, 'IAMManager')
      const set = { permissionSetNames: ['InstancesFullAccess'] }
      await grant(owner, manager.id, { ...set, condition: 'request.time.getFullYear() > 2000' })
      const target = await anApplication(owner)
      expect(await refusalOf(grant(as(manager.key), target.id, set))).toMatchObject(escalation)
    })

    it('are not gained by joining a group', async () => {
      const { owner, as } = system()
      const manager = await anAdministrator(owner, 'IAMGroupManager')
      const { id: groupId } = await owner.groups.createGroup({ name: fresh('group') })
      await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'groupId', value: groupId },
        rules: [aRule({ permissionSetNames: ['IAMManager'] })],
      })
      const join = { groupId, applicationIds: [manager.id] }
      const api = as(manager.key)
      expect(await refusalOf(api.groups.addGroupMembers(join))).toMatchObject(escalation)
      expect(await refusalOf(api.groups.setGroupMembers(join))).toMatchObject(escalation)
    })

    it('are not gained by a group under the id of somebody who holds more', async () => {
      const { owner, as } = system()
      const strong = await anAdministrator(owner, 'OrganizationManager')
      const weak = await anAdministrator(owner, 'IAMGroupManager')
      const shadow = { groupId: strong.id, name: fresh('shadow'), applicationIds: [weak.id] }
      const taken = { code: status.ALREADY_EXISTS }
      expect(await refusalOf(as(weak.key).groups.createGroup(shadow))).toMatchObject(taken)
      const ownerEmail = `${fresh('owner')}@other.example`
      const other = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
      const abroad = as(other.ownerApiKey).groups.createGroup({
        groupId: strong.id,
        name: 'shadow',
      })
      expect(await refusalOf(abroad)).toMatchObject(taken)
    })

    it('are not gained by becoming what a condition asks for', async () => {
      const { owner, as } = system()
      const manager = await anAdministrator(owner, 'IAMApplicationManager')
      const rule = { permissionSetNames: ['IAMManager'] }
      await grant(owner, manager.id, { ...rule, condition: 'principal.attributes.vip == true' })
      await grant(owner, manager.id, { ...rule, condition: '"vip" in principal.tags' })
      const become = (parts: object, path: string) =>
        as(manager.key).applications.updateApplication({
          application: Application.fromPartial({ id: manager.id, ...parts }),
          updateMask: [path],
        })
      const attributes = become({ attributes: { vip: true } }, 'attributes')
      expect(await refusalOf(attributes)).toMatchObject(escalation)
      expect(await refusalOf(become({ tags: ['vip'] }, 'tags'))).toMatchObject(escalation)
      await become({ description: 'no condition reads this' }, 'description')
    })

    it('are not gained by letting somebody in who then holds what everybody holds', async () => {
      const { owner, as } = system()
      const ownerEmail = `${fresh('owner')}@other.example`
      const other = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
      const api = as(other.ownerApiKey)
      const { groups } = await api.groups.listGroups({ name: 'all_users' })
      await api.policies.createPolicy({
        name: 'everybody',
        principal: { $case: 'groupId', value: groups[0]?.id ?? '' },
        rules: [aRule({ permissionSetNames: ['InstancesFullAccess'] })],
      })
      const manager = as((await anAdministrator(api, 'IAMUserManager')).key)
      const invite = manager.users.inviteUser({ email: 'colluder@else.example' })
      expect(await refusalOf(invite)).toMatchObject(escalation)
    })

    it('let the last path to mend the organization not be cut by joining a group', async () => {
      const { owner, as } = system()
      const ownerEmail = `${fresh('owner')}@other.example`
      const made = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
      const api = as(made.ownerApiKey)
      const manager = await anAdministrator(api, 'IAMManager')
      const { id: groupId } = await api.groups.createGroup({ name: 'denied' })
      await api.policies.createPolicy({
        name: 'denied',
        principal: { $case: 'groupId', value: groupId },
        rules: [aRule({ effect: Effect.DENY, permissionSetNames: ['IAMManager'] })],
      })
      await api.apiKeys.deleteApiKey({ accessKey: made.ownerAccessKey })
      const join = as(manager.key).groups.addGroupMembers({
        groupId,
        applicationIds: [manager.id],
      })
      expect(await refusalOf(join)).toMatchObject({ reason: 'LAST_IAM_PATH' })
    })

    it('are not gained by prolonging the key of a stronger application', async () => {
      const { owner, as, clock } = system()
      const strong = await anApplication(owner)
      await grant(owner, strong.id, { permissionSetNames: ['AllProductsFullAccess'] })
      const { apiKey } = await owner.apiKeys.createApiKey({
        bearer: { $case: 'applicationId', value: strong.id },
        expireTime: new Date(clock.nowMs + 60_000),
      })
      const manager = as((await anAdministrator(owner, 'IAMApplicationManager')).key)
      const until = (ms: number) =>
        manager.apiKeys.updateApiKey({
          apiKey: ApiKey.fromPartial({
            accessKey: apiKey?.accessKey ?? '',
            expireTime: new Date(clock.nowMs + ms),
          }),
          updateMask: ['expire_time'],
        })
      expect(await refusalOf(until(120_000))).toMatchObject(escalation)
      await until(30_000)
    })

    it('are not gained by being rid of a deny', async () => {
      const { owner, as } = system()
      const manager = await anAdministrator(owner, 'IAMPolicyManager', 'IAMGroupManager')
      const { id: groupId } = await owner.groups.createGroup({
        name: fresh('group'),
        applicationIds: [manager.id],
      })
      const policy = await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'groupId', value: groupId },
        rules: [aRule({ effect: Effect.DENY, permissionSetNames: ['InstancesFullAccess'] })],
      })
      const api = as(manager.key)
      const policyId = policy.id
      const leave = { groupId, applicationIds: [manager.id] }
      const detached = Policy.fromPartial({ id: policyId })
      const escapes = [
        () => api.policies.deletePolicy({ policyId }),
        () => api.policies.setRules({ policyId, rules: [] }),
        () => api.policies.deleteRule({ policyId, ruleId: policy.rules[0]?.id ?? '' }),
        () => api.policies.updatePolicy({ policy: detached, updateMask: ['principal'] }),
        () => api.groups.removeGroupMembers(leave),
        () => api.groups.setGroupMembers({ groupId }),
        () => api.groups.deleteGroup({ groupId }),
      ]
      for (const attempt of escapes) expect(await refusalOf(attempt())).toMatchObject(escalation)
    })

    it('are not gained by changing what a set in use means', async () => {
      const { owner, as } = system()
      const manager = await anAdministrator(owner, 'IAMManager')
      const name = fresh('Own')
      const api = as(manager.key)
      await api.permissionSets.createPermissionSet({ name, scopeType: 2, permissions: ['iam:x:y'] })
      await api.policies.createPolicy(policyFor(manager.id, name))
      const set = await api.permissionSets.getPermissionSet({ name })
      const widen = api.permissionSets.updatePermissionSet({
        permissionSet: { ...set, permissions: ['*'] },
        updateMask: ['permissions'],
      })
      expect(await refusalOf(widen)).toMatchObject(escalation)
    })

    it('are not gained by editing or moving a policy', async () => {
      const { owner, as } = system()
      const manager = await anAdministrator(owner, 'IAMPolicyManager')
      const inert = await owner.policies.createPolicy({
        name: fresh('inert'),
        rules: [aRule({ permissionSetNames: ['OrganizationManager'] })],
      })
      const api = as(manager.key)
      const principal = { $case: 'applicationId', value: manager.id }
      const attach = api.policies.updatePolicy({
        policy: Policy.fromPartial({ id: inert.id, principal } as object),
        updateMask: ['principal'],
      })
      expect(await refusalOf(attach)).toMatchObject(escalation)
      const { policies } = await api.policies.listPolicies({
        principal: { $case: 'applicationId', value: manager.id },
      })
      const widen = api.policies.createRule({
        policyId: policies[0]?.id ?? '',
        rule: aRule({ permissionSetNames: ['IAMManager'] }),
      })
      expect(await refusalOf(widen)).toMatchObject(escalation)
    })

    it('let a manager take away from others what it does not hold', async () => {
      const { owner, as } = system()
      const manager = as((await anAdministrator(owner, 'IAMPolicyManager')).key)
      const target = await anApplication(owner)
      const policy = await grant(owner, target.id, { permissionSetNames: ['InstancesFullAccess'] })
      await manager.policies.setRules({ policyId: policy.id, rules: [] })
    })
  })

  describe('with a narrowed key', () => {
    const narrowedKey = async (api: Api, narrowing: Partial<KeyNarrowing>) => {
      const me = await api.users.getUser()
      const { secret } = await api.apiKeys.createApiKey({
        bearer: { $case: 'userId', value: me.id },
        narrowing: KeyNarrowing.fromPartial(narrowing),
      })
      return secret
    }

    it('stay within the narrowing', async () => {
      const { owner, as } = system()
      const api = as(await narrowedKey(owner, { actions: ['iam:group:*'] }))
      await api.groups.listGroups()
      const refusal = await refusalOf(api.projects.listProjects())
      expect(refusal.code).toBe(status.PERMISSION_DENIED)
    })

    it('never make a wider key, nor hand on rights', async () => {
      const { owner, as, founded } = system()
      const api = as(await narrowedKey(owner, { actions: ['iam:*'] }))
      const restricted = { code: status.PERMISSION_DENIED, reason: 'KEY_RESTRICTION' }
      const bearer = { $case: 'userId', value: founded.owner.id } as const
      expect(await refusalOf(api.apiKeys.createApiKey({ bearer }))).toMatchObject(restricted)
      const accessKey = founded.ownerKey.key.id
      expect(await refusalOf(api.apiKeys.rotateApiKey({ accessKey }))).toMatchObject(restricted)
      const target = await anApplication(owner)
      const attach = api.policies.createPolicy(policyFor(target.id, 'IAMReadOnly'))
      expect(await refusalOf(attach)).toMatchObject(restricted)
    })

    it('by address need the address', async () => {
      const { owner, as } = system()
      const local = as(await narrowedKey(owner, { sourceCidrs: ['127.0.0.0/8'] }))
      await local.groups.listGroups()
      const foreign = as(await narrowedKey(owner, { sourceCidrs: ['10.0.0.0/8'] }))
      expect((await refusalOf(foreign.groups.listGroups())).code).toBe(status.PERMISSION_DENIED)
    })
  })

  it('may not remove the last path to mend the organization, but may remove others', async () => {
    const { owner, as } = system()
    const ownerEmail = `${fresh('owner')}@other.example`
    const made = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
    const api = as(made.ownerApiKey)
    const bearer = { $case: 'userId', value: made.owner?.id ?? '' } as const
    const second = await api.apiKeys.createApiKey({ bearer })
    await api.apiKeys.deleteApiKey({ accessKey: second.apiKey?.accessKey ?? '' })
    const last = { accessKey: made.ownerAccessKey }
    expect(await refusalOf(api.apiKeys.deleteApiKey(last))).toMatchObject({
      code: status.FAILED_PRECONDITION,
      reason: 'LAST_IAM_PATH',
    })
    const manager = await anAdministrator(api, 'IAMManager')
    await api.apiKeys.deleteApiKey(last)
    const alone = as(manager.key).applications.deleteApplication({ applicationId: manager.id })
    expect(await refusalOf(alone)).toMatchObject({ reason: 'LAST_IAM_PATH' })
  })

  it('may not leave to the last path a key that is about to end', async () => {
    const { owner, as, clock } = system()
    const ownerEmail = `${fresh('owner')}@other.example`
    const made = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
    const api = as(made.ownerApiKey)
    const bearer = { $case: 'userId', value: made.owner?.id ?? '' } as const
    const keyOf = (ms: number) =>
      api.apiKeys.createApiKey({ bearer, expireTime: new Date(clock.nowMs + ms) })
    const hour = 3_600_000
    const last = { accessKey: made.ownerAccessKey }
    const refused = { code: status.FAILED_PRECONDITION, reason: 'LAST_IAM_PATH' }
    await keyOf(hour)
    expect(await refusalOf(api.apiKeys.deleteApiKey(last))).toMatchObject(refused)
    const ending = (ms: number) => ({
      apiKey: ApiKey.fromPartial({ ...last, expireTime: new Date(clock.nowMs + ms) }),
      updateMask: ['expire_time'],
    })
    expect(await refusalOf(api.apiKeys.updateApiKey(ending(hour)))).toMatchObject(refused)
    await api.apiKeys.updateApiKey(ending(hour + 1))
    await keyOf(hour + 1)
    await api.apiKeys.deleteApiKey(last)
  })

  it('count a shorter life for a path where the organization lets no key live long', async () => {
    const { owner, as, clock } = system()
    const ownerEmail = `${fresh('owner')}@other.example`
    const made = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
    const api = as(made.ownerApiKey)
    await api.organizations.updateOrganization({
      organization: Organization.fromPartial({
        id: made.organization?.id ?? '',
        apiKeyTtlMax: { seconds: 600n, nanos: 0 },
      }),
      updateMask: ['api_key_ttl_max'],
    })
    const bearer = { $case: 'userId', value: made.owner?.id ?? '' } as const
    const keyOf = (ms: number) =>
      api.apiKeys.createApiKey({ bearer, expireTime: new Date(clock.nowMs + ms) })
    const last = { accessKey: made.ownerAccessKey }
    await keyOf(60_000)
    const refusal = await refusalOf(api.apiKeys.deleteApiKey(last))
    expect(refusal).toMatchObject({ reason: 'LAST_IAM_PATH' })
    await keyOf(60_001)
    await api.apiKeys.deleteApiKey(last)
  })

  it('of a guest are its own in each organization, after acceptance', async () => {
    const { owner, as } = system()
    const email = `${fresh('owner')}@other.example`
    const other = await owner.organizations.createOrganization({ name: 'Other', ownerEmail: email })
    const person = as(other.ownerApiKey)
    const guest = await owner.users.inviteUser({ email })
    expect(await refusalOf(owner.users.createUser({ email }))).toMatchObject({
      reason: 'ACCOUNT_HAS_HOME',
    })
    const { invitations } = await person.users.listInvitations()
    expect(invitations).toMatchObject([{ userId: guest.id, organizationName: 'Acme' }])
    const pending = await owner.authorization.authorizePrincipal({
      principal: { $case: 'userId', value: guest.id },
      action: 'a:b:c',
      resource: {
        organizationId: '',
        projectId: '',
        type: '',
        id: '',
        name: '',
        locality: '',
        attributes: undefined,
      },
    })
    expect(pending.decision).toBe(2)
    const accepted = await person.users.acceptInvitation({ userId: guest.id })
    expect(accepted.user).toMatchObject({ id: guest.id, type: 3, status: 2 })
    expect((await as(accepted.apiKey).users.getUser()).id).toBe(guest.id)
    expect((await person.users.listInvitations()).invitations).toEqual([])
    expect((await refusalOf(person.users.getUser({ userId: guest.id }))).code).toBe(
      status.NOT_FOUND,
    )
  })

  it('of an invited person include declining, and of strangers nothing', async () => {
    const { owner, as } = system()
    const email = `${fresh('owner')}@other.example`
    const other = await owner.organizations.createOrganization({ name: 'Other', ownerEmail: email })
    const strangerEmail = `${fresh('owner')}@third.example`
    const third = await owner.organizations.createOrganization({
      name: 'Third',
      ownerEmail: strangerEmail,
    })
    const { id: userId } = await owner.users.inviteUser({ email })
    const stolen = as(third.ownerApiKey).users.acceptInvitation({ userId })
    expect((await refusalOf(stolen)).code).toBe(status.NOT_FOUND)
    await as(other.ownerApiKey).users.declineInvitation({ userId })
    expect((await refusalOf(owner.users.getUser({ userId }))).code).toBe(status.NOT_FOUND)
  })

  it('to make organizations belong to the first one alone', async () => {
    const { owner, as } = system()
    const ownerEmail = `${fresh('owner')}@other.example`
    const other = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
    const nested = as(other.ownerApiKey).organizations.createOrganization({
      name: 'Nested',
      ownerEmail: `${fresh('owner')}@nested.example`,
    })
    expect(await refusalOf(nested)).toMatchObject({ reason: 'NOT_ROOT' })
    const twice = owner.organizations.createOrganization({ name: 'Twice', ownerEmail })
    expect(await refusalOf(twice)).toMatchObject({ reason: 'ACCOUNT_HAS_HOME' })
    await as(other.ownerApiKey).organizations.deleteOrganization({
      organizationId: other.organization?.id ?? '',
    })
    expect(await ask(owner, other.ownerApiKey, { action: 'a:b:c' })).toBe('deny KEY_NOT_FOUND')
  })

  describe('of a member who holds nothing', () => {
    const enrolled = async () => {
      const { owner, as } = system()
      const { id } = await aMember(owner)
      const { token } = await owner.users.issueEnrollment({ userId: id })
      const { apiKey } = await as('').users.enroll({ token })
      return { id, token, api: as(apiKey) }
    }

    it('are to read itself and nobody else', async () => {
      const { id, api } = await enrolled()
      expect((await api.users.getUser()).id).toBe(id)
      expect((await api.users.listUsers()).users.map((user) => user.id)).toEqual([id])
      const other = api.users.getUser({ userId: system().founded.owner.id })
      expect(await refusalOf(other)).toMatchObject(denied)
    })

    it('are to manage its own keys', async () => {
      const { id, api } = await enrolled()
      const bearer = { $case: 'userId', value: id } as const
      const { apiKey: second } = await api.apiKeys.createApiKey({ bearer })
      const { apiKeys } = await api.apiKeys.listApiKeys()
      expect(apiKeys).toHaveLength(2)
      const accessKey = second?.accessKey ?? ''
      await api.apiKeys.rotateApiKey({ accessKey })
      await api.apiKeys.deleteApiKey({ accessKey })
      const foreign = api.apiKeys.deleteApiKey({ accessKey: system().founded.ownerKey.key.id })
      expect(await refusalOf(foreign)).toMatchObject(denied)
    })

    it('end while it is locked, and come back', async () => {
      const { owner } = system()
      const { id, api } = await enrolled()
      await owner.users.lockUser({ userId: id })
      expect(await refusalOf(api.users.getUser())).toMatchObject({ reason: 'PRINCIPAL_LOCKED' })
      await owner.users.unlockUser({ userId: id })
      expect((await api.users.getUser()).id).toBe(id)
    })

    it('end an enrollment once it has a key', async () => {
      const { owner } = system()
      const { id } = await enrolled()
      const again = await refusalOf(owner.users.issueEnrollment({ userId: id }))
      expect(again).toMatchObject({ code: status.FAILED_PRECONDITION, reason: 'HAS_KEY' })
    })

    it('begin with an enrollment token that is good once', async () => {
      const { as } = system()
      const { token } = await enrolled()
      const again = await refusalOf(as('').users.enroll({ token }))
      expect(again).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'ENROLLMENT_INVALID' })
    })

    it('cannot be taken over by one who may enrol but holds less', async () => {
      const { owner, as } = system()
      const { id } = await aMember(owner)
      await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'userId', value: id },
        rules: [aRule({ permissionSetNames: ['OrganizationManager'] })],
      })
      const manager = as((await anAdministrator(owner, 'IAMUserManager')).key)
      const stolen = manager.users.issueEnrollment({ userId: id })
      expect(await refusalOf(stolen)).toMatchObject(escalation)
    })
  })
})
