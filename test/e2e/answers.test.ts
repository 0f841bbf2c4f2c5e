import { randomUUID } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import {
  AuthorizePrincipalRequest,
  AuthorizeRequest,
  ExplainRequest,
  Resource,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { PermissionSetScopeType } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { Effect, Policy } from '../../src/grpc/gen/postern/v1/policy.js'
import {
  aKeyOf,
  aMember,
  anApplication,
  aRule,
  ask,
  describeAnswer,
  fresh,
  grant,
  onOrganization,
  onProjects,
} from '../support/acts.js'
import { refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const start = { action: 'compute:servers:start' }
const operators = { permissionSetNames: ['InstancesFullAccess'] }

onBothStores('what is answered', (system) => {
  const aProject = async () => system().owner.projects.createProject({ name: fresh('project') })

  describe('a policy', () => {
    it('takes a rule without an effect for an allow', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { id: projectId } = await aProject()
      const policy = await grant(owner, id, {
        ...operators,
        ...onProjects(projectId),
        effect: Effect.UNSPECIFIED,
      })
      expect(policy.rules[0]?.effect).toBe(Effect.ALLOW)
      expect(await ask(owner, key, { ...start, resource: { projectId } })).toBe('allow RULE')
    })

    it('over the organization reaches a project that is made later', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      await grant(owner, id, { ...operators, ...onOrganization() })
      const { id: projectId } = await aProject()
      expect(await ask(owner, key, { ...start, resource: { projectId } })).toBe('allow RULE')
    })

    it('tells the scope type that its sets have', async () => {
      const { owner } = system()
      const { id } = await anApplication(owner)
      const typeOf = async (set: string) =>
        (await grant(owner, id, { permissionSetNames: [set] })).rules[0]?.permissionSetsScopeType
      expect(await typeOf('InstancesFullAccess')).toBe(PermissionSetScopeType.PROJECTS)
      expect(await typeOf('IAMReadOnly')).toBe(PermissionSetScopeType.ORGANIZATION)
    })

    it('moves to a principal of another kind, and away from the one before', async () => {
      const { owner } = system()
      const { id: projectId } = await aProject()
      const [first, second] = [await anApplication(owner), await anApplication(owner)]
      const { id: groupId } = await owner.groups.createGroup({
        name: fresh('group'),
        applicationIds: [second.id],
      })
      const policy = await grant(owner, first.id, { ...operators, ...onProjects(projectId) })
      const moved = await owner.policies.updatePolicy({
        policy: Policy.fromPartial({
          id: policy.id,
          principal: { $case: 'groupId', value: groupId },
        }),
        updateMask: ['principal'],
      })
      expect(moved.principal).toEqual({ $case: 'groupId', value: groupId })
      const question = { ...start, resource: { projectId } }
      expect(await ask(owner, first.key, question)).toBe('deny NO_MATCHING_RULE')
      expect(await ask(owner, second.key, question)).toBe('allow RULE')
    })

    it('keeps its id, its principal and the order given when all of its rules are set', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { id: projectId } = await aProject()
      const rule = { ...operators, ...onProjects(projectId) }
      const before = await grant(owner, id, rule)
      const conditions = ['request.time > timestamp(0)', 'has(resource.id)', '']
      const rules = conditions.map((condition) => aRule({ ...rule, condition }))
      const set = await owner.policies.setRules({ policyId: before.id, rules })
      expect(set.rules.map(({ condition }) => condition)).toEqual(conditions)
      expect(set).toMatchObject({ id: before.id, name: before.name, principal: before.principal })
      const question = { ...start, resource: { projectId } }
      expect(await ask(owner, key, question)).toBe('allow RULE')
      const emptied = await owner.policies.setRules({ policyId: before.id, rules: [] })
      expect(emptied.principal).toEqual(before.principal)
      expect(await ask(owner, key, question)).toBe('deny NO_MATCHING_RULE')
    })
  })

  describe('an answer', () => {
    it('may be a deny, which says whether the key was any good', async () => {
      const { owner, as, clock } = system()
      const { id, key } = await anApplication(owner)
      const bearer = { $case: 'applicationId', value: id } as const
      const expireTime = new Date(clock.nowMs + 1_000)
      const expiring = await owner.apiKeys.createApiKey({ bearer, expireTime })
      const { id: userId } = await aMember(owner)
      const { token } = await owner.users.issueEnrollment({ userId })
      const locked = (await as('').users.enroll({ token })).apiKey
      await owner.users.lockUser({ userId })
      clock.nowMs += 1_000
      const told = async (apiKey: string) => {
        const resource = Resource.fromPartial({})
        const answer = await owner.authorization.authorize({ ...start, apiKey, resource })
        return `${describeAnswer(answer)}, ${answer.credentialValid ? 'good' : 'bad'} key`
      }
      expect(await told('garbage')).toBe('deny KEY_MALFORMED, bad key')
      const unknown = 'pst_0123456789ABCDEFGHIJKLMNOPQ0qBHM2'
      expect(await told(unknown)).toBe('deny KEY_NOT_FOUND, bad key')
      expect(await told(expiring.secret)).toBe('deny KEY_EXPIRED, bad key')
      expect(await told(locked)).toBe('deny PRINCIPAL_LOCKED, good key')
      expect(await told(key)).toBe('deny NO_MATCHING_RULE, good key')
    })

    it('of a batch stands where its question stood', async () => {
      const { owner } = system()
      const { id, key } = await anApplication(owner)
      const { id: projectId } = await aProject()
      await grant(owner, id, {
        ...operators,
        ...onProjects(projectId),
        resources: ['server/web-*'],
      })
      const idle = await aKeyOf(owner, (await anApplication(owner)).id)
      const kinds = [
        { apiKey: key, resource: { projectId, type: 'server', id: 'web-1' } },
        { apiKey: key, resource: { projectId, type: 'server', id: 'db-1' } },
        { apiKey: idle, resource: { projectId, type: 'server', id: 'web-1' } },
        { apiKey: 'garbage', resource: {} },
      ]
      const questions = Array.from({ length: 1_000 }, (_, index) =>
        AuthorizeRequest.fromPartial({ ...start, ...kinds[(index * 7) % 4] } as object),
      )
      const { answers } = await owner.authorization.authorizeBatch({ questions })
      const told = answers.map(({ answer }) =>
        answer?.$case === 'response' ? describeAnswer(answer.value) : 'none',
      )
      const expected = [
        'allow RULE',
        'deny NO_MATCHING_RULE',
        'deny NO_MATCHING_RULE',
        'deny KEY_MALFORMED',
      ]
      expect(told).toEqual(questions.map((_, index) => expected[(index * 7) % 4]))
    })

    it('is answered whole when memory has none of what it asks about', async () => {
      const { owner } = system()
      const { key } = await anApplication(owner)
      const questions = Array.from({ length: 500 }, () =>
        AuthorizeRequest.fromPartial({
          ...start,
          apiKey: key,
          resource: { projectId: randomUUID() },
        } as object),
      )
      const { answers } = await owner.authorization.authorizeBatch({ questions })
      expect(answers).toHaveLength(500)
      for (const { answer } of answers) {
        expect(answer?.$case === 'response' && describeAnswer(answer.value)).toBe(
          'deny OUT_OF_SCOPE',
        )
      }
    })

    it('about a named principal is for those who may ask', async () => {
      const { owner, as } = system()
      const { id, key } = await anApplication(owner)
      const target = await anApplication(owner)
      const principal = { $case: 'applicationId', value: target.id } as const
      const named = AuthorizePrincipalRequest.fromPartial({ ...start, principal, resource: {} })
      const asked = () => as(key).authorization.authorizePrincipal(named)
      expect((await refusalOf(asked())).message).toContain('`iam:decision:ask`')
      await holding('iam:decision:ask', id)
      expect(describeAnswer(await asked())).toBe('deny NO_MATCHING_RULE')
    })

    it('is explained to those who may have it explained', async () => {
      const { owner, as } = system()
      const { id, key } = await anApplication(owner)
      const subject = { $case: 'applicationId', value: id } as const
      const request = ExplainRequest.fromPartial({ ...start, subject, resource: {} })
      const explained = () => as(key).authorization.explain(request)
      await holding('iam:decision:ask', id)
      const refusal = await refusalOf(explained())
      expect(refusal).toMatchObject({ code: status.PERMISSION_DENIED })
      expect(refusal.message).toContain('`iam:decision:explain`')
      await holding('iam:decision:explain', id)
      expect((await explained()).policies).toHaveLength(2)
    })
  })

  async function holding(permission: string, applicationId: string): Promise<void> {
    const name = fresh('Asking')
    const { owner } = system()
    await owner.permissionSets.createPermissionSet({
      name,
      scopeType: PermissionSetScopeType.ORGANIZATION,
      permissions: [permission],
    })
    await grant(owner, applicationId, { permissionSetNames: [name] })
  }
})
