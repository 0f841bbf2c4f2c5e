import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import {
  AuthorizePrincipalRequest,
  Decision,
  Resource,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { PermissionSetScopeType } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { CreatePolicyRequest } from '../../src/grpc/gen/postern/v1/policy.js'
import { PrincipalType } from '../../src/grpc/gen/postern/v1/search.js'
import {
  SimulatedChange,
  type SimulatedDecision,
  SimulatedQuestion,
} from '../../src/grpc/gen/postern/v1/simulation.js'
import {
  aMember,
  anAdministrator,
  anApplication,
  aRule,
  describeAnswer,
  fresh,
  grant,
  onProjects,
} from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const start = 'compute:servers:start'
const operators = { permissionSetNames: ['InstancesFullAccess'] }
const denied = { code: status.PERMISSION_DENIED, reason: 'PERMISSION_DENIED' }
const nobody = '00000000-0000-4000-8000-000000000000'

function resource(parts: Partial<Resource>): Resource {
  return Resource.fromPartial(parts as object)
}

function application(value: string) {
  return { $case: 'applicationId', value } as const
}

onBothStores('resources, searches and simulations', (system) => {
  const aProject = async () =>
    (await system().owner.projects.createProject({ name: fresh('project') })).id

  describe('a registered resource', () => {
    it('is replaced by the next under its type and id, and left alone by the same', async () => {
      const { owner, clock } = system()
      const projectId = await aProject()
      const attributes = { b: 1, a: { d: [true, null], c: 'x' } }
      const said = { projectId, type: 'server', id: fresh('web'), name: 'Web', attributes }
      const first = await owner.resources.registerResource({ resource: resource(said) })
      const organizationId = first.resource?.organizationId
      expect(first.resource).toEqual({ ...said, organizationId, locality: '' })
      clock.nowMs += 1_000
      const reordered = { a: { c: 'x', d: [true, null] }, b: 1 }
      const again = await owner.resources.registerResource({
        resource: resource({ ...said, attributes: reordered }),
      })
      expect(again).toEqual(first)
      const { type, id } = said
      const moved = await owner.resources.registerResource({
        resource: resource({ type, id, locality: 'par-2' }),
        etag: first.etag,
      })
      expect(moved.resource).toMatchObject({ projectId: '', name: '', locality: 'par-2' })
      expect([moved.createTime, moved.etag !== first.etag]).toEqual([first.createTime, true])
      expect(await owner.resources.getRegisteredResource({ type, id })).toEqual(moved)
      const late = { resource: resource(said), etag: first.etag }
      expect(await refusalOf(owner.resources.registerResource(late))).toMatchObject({
        code: status.ABORTED,
      })
    })

    it.each(['organization_id', 'project_id', 'name', 'locality'])(
      'has no attribute %s, which would be taken for the property',
      async (name) => {
        const said = resource({ type: 'server', id: fresh('web'), attributes: { [name]: 'x' } })
        const refused = await refusalOf(
          system().owner.resources.registerResource({ resource: said }),
        )
        expect(refused.violations).toEqual([`resource.attributes.${name} CONSTRAINT`])
      },
    )

    it('is gone once it is deleted, and when its project is', async () => {
      const { owner } = system()
      const projectId = await aProject()
      const type = fresh('disk')
      for (const id of ['a', 'b']) {
        await owner.resources.registerResource({ resource: resource({ projectId, type, id }) })
      }
      await owner.resources.registerResource({ resource: resource({ type, id: 'c' }) })
      const listed = async () =>
        (await owner.resources.listRegisteredResources({ type })).resources.map(
          (each) => each.resource?.id,
        )
      await owner.resources.deleteRegisteredResource({ type, id: 'a' })
      expect(await listed()).toEqual(['b', 'c'])
      const gone = owner.resources.getRegisteredResource({ type, id: 'a' })
      expect(await refusalOf(gone)).toMatchObject({ code: status.NOT_FOUND })
      await owner.projects.deleteProject({ projectId })
      expect(await listed()).toEqual(['c'])
    })

    it('is the business of its organization, and of those who hold the permission', async () => {
      const { owner, as } = system()
      const named = { type: 'server', id: fresh('mine') }
      await owner.resources.registerResource({ resource: resource(named) })
      const ownerEmail = `${fresh('owner')}@other.example`
      const other = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
      const stranger = as(other.ownerApiKey)
      const get = stranger.resources.getRegisteredResource(named)
      expect(await refusalOf(get)).toMatchObject({ code: status.NOT_FOUND })
      expect((await stranger.resources.listRegisteredResources()).resources).toEqual([])
      const powerless = as((await anApplication(owner)).key)
      const calls: [string, () => Promise<unknown>][] = [
        ['iam:resource:write', () => powerless.resources.registerResource()],
        ['iam:resource:read', () => powerless.resources.getRegisteredResource()],
        ['iam:resource:list', () => powerless.resources.listRegisteredResources()],
        ['iam:resource:delete', () => powerless.resources.deleteRegisteredResource()],
        ['iam:decision:search', () => powerless.searches.listActions()],
        ['iam:decision:search', () => powerless.searches.listPrincipals()],
        ['iam:decision:search', () => powerless.searches.listResources()],
        ['iam:decision:simulate', () => powerless.simulations.simulate()],
      ]
      for (const [permission, call] of calls) {
        const refusal = await refusalOf(call())
        expect(refusal, permission).toMatchObject(denied)
        expect(refusal.message).toContain(`\`${permission}\``)
      }
      const reader = as((await anAdministrator(owner, 'IAMReadOnly')).key)
      await reader.resources.getRegisteredResource(named)
      expect(await refusalOf(reader.searches.listPrincipals())).toMatchObject(denied)
      await as((await anAdministrator(owner, 'IAMManager')).key).searches.listPrincipals({
        action: start,
        resource: resource({}),
      })
    })
  })

  describe('a search', () => {
    const everyone = async (api: Api, projectId: string, pageSize = 100) => {
      const found: string[] = []
      let pageToken = ''
      do {
        const asked = { action: start, resource: resource({ projectId }), pageSize, pageToken }
        const page = await api.searches.listPrincipals(asked)
        found.push(...page.principals.map(({ principal }) => principal?.value ?? ''))
        pageToken = page.nextPageToken
      } while (pageToken !== '')
      return found
    }

    it('for principals finds the owner, those with a rule and the members of their groups', async () => {
      const { owner, founded } = system()
      const projectId = await aProject()
      const direct = await anApplication(owner)
      const member = await aMember(owner)
      const lockedOne = await aMember(owner)
      const group = await owner.groups.createGroup({
        name: fresh('group'),
        userIds: [member.id, lockedOne.id],
      })
      await owner.users.lockUser({ userId: lockedOne.id })
      await grant(owner, direct.id, { ...operators, ...onProjects(projectId) })
      const rule = (await grant(owner, direct.id, operators)).rules[0]
      await owner.policies.createPolicy({
        name: fresh('policy'),
        principal: { $case: 'groupId', value: group.id },
        rules: rule ? [rule] : [],
      })
      const found = await everyone(owner, projectId)
      expect(found).toContain(founded.owner.id)
      expect(found).toContain(member.id)
      expect(found).toContain(direct.id)
      expect(found).not.toContain(lockedOne.id)
      expect(await everyone(owner, projectId, 1)).toEqual(found)
      const ask = { action: start, resource: resource({ projectId }) }
      const applications = await owner.searches.listPrincipals({
        ...ask,
        type: PrincipalType.APPLICATION,
        pageSize: 100,
      })
      const cases = new Set(applications.principals.map(({ principal }) => principal?.$case))
      expect([...cases]).toEqual(['applicationId'])
      expect(await everyone(owner, nobody)).toEqual([])
    })

    it('for actions finds what a rule grants by name, and leaves out what another denies', async () => {
      const { owner } = system()
      const projectId = await aProject()
      const { id } = await anApplication(owner)
      const name = fresh('Own')
      const permissions = ['shop:orders:refund', 'shop:orders:*']
      await owner.permissionSets.createPermissionSet({ name, scopeType: 1, permissions })
      const sets = ['InstancesServerStart', 'InstancesServerStop', name]
      await grant(owner, id, { permissionSetNames: sets, ...onProjects(projectId) })
      await grant(owner, id, { effect: 2, permissionSetNames: ['InstancesServerStop'] })
      const asked = { principal: application(id), resource: resource({ projectId }) }
      const { actions, revision } = await owner.searches.listActions({ ...asked, pageSize: 100 })
      expect(actions).toEqual(['compute:servers:start', 'shop:orders:refund'])
      expect(revision).not.toBe('')
      const first = await owner.searches.listActions({ ...asked, pageSize: 1 })
      const pageToken = first.nextPageToken
      const second = await owner.searches.listActions({ ...asked, pageSize: 1, pageToken })
      expect([...first.actions, ...second.actions]).toEqual(actions)
      const elsewhere = { ...asked, resource: resource({}) }
      expect((await owner.searches.listActions(elsewhere)).actions).toEqual([])
      const unknown = { ...asked, principal: application(nobody) }
      expect((await owner.searches.listActions(unknown)).actions).toEqual([])
    })

    it('for resources finds those registered that a question would be allowed for', async () => {
      const { owner } = system()
      const projectId = await aProject()
      const { id } = await anApplication(owner)
      const type = fresh('server')
      const rule = { ...operators, ...onProjects(projectId), resources: [`${type}/web-*`] }
      const condition = 'context.shift == resource.attributes.shift'
      await grant(owner, id, { ...rule, condition })
      const registered = [
        { projectId, type, id: 'web-1', attributes: { shift: 'day' } },
        { projectId, type, id: 'web-2', attributes: { shift: 'night' } },
        { projectId, type, id: 'db-1', attributes: { shift: 'day' } },
        { type, id: 'web-3', attributes: { shift: 'day' } },
      ].map(resource)
      for (const each of registered) await owner.resources.registerResource({ resource: each })
      const asked = { principal: application(id), action: start, context: { shift: 'day' } }
      const { resources } = await owner.searches.listResources({ ...asked, type })
      expect(resources.map((each) => each.resource?.id)).toEqual(['web-1'])
      for (const each of registered) {
        const question = AuthorizePrincipalRequest.fromPartial({ ...asked, resource: each })
        const answer = await owner.authorization.authorizePrincipal(question)
        const isListed = resources.some((found) => found.resource?.id === each.id)
        expect(answer.decision === Decision.ALLOW).toBe(isListed)
      }
      const inProject = await owner.searches.listResources({ ...asked, projectId })
      expect(inProject.resources).toEqual(resources)
    })

    it('shows attributes to those alone who may list resources', async () => {
      const { owner, as } = system()
      const type = fresh('vault')
      const attributes = { tier: 'gold' }
      const said = resource({ type, id: 'a', name: 'A', attributes })
      await owner.resources.registerResource({ resource: said })
      const { id: userId } = await owner.users.getUser()
      const asked = { principal: { $case: 'userId', value: userId } as const, action: start, type }
      const seenWith = async (...permissions: string[]) => {
        const name = fresh('Set')
        const scopeType = PermissionSetScopeType.ORGANIZATION
        await owner.permissionSets.createPermissionSet({ name, scopeType, permissions })
        const { resources } = await as(
          (await anAdministrator(owner, name)).key,
        ).searches.listResources(asked)
        return resources.map((found) => found.resource)
      }
      const bare = { ...said, organizationId: system().founded.organization.id }
      expect(await seenWith('iam:decision:search', 'iam:resource:list')).toEqual([bare])
      expect(await seenWith('iam:decision:search')).toEqual([{ ...bare, attributes: {} }])
    })

    it('takes a token for the same question only, however its maps are ordered', async () => {
      const { owner } = system()
      const projectId = await aProject()
      const userId = (await owner.users.getUser()).id
      const asked = {
        principal: { $case: 'userId', value: userId } as const,
        resource: resource({ projectId }),
        pageSize: 1,
      }
      const { nextPageToken: pageToken } = await owner.searches.listActions({
        ...asked,
        context: { a: 1, b: 2 },
      })
      await owner.searches.listActions({ ...asked, context: { b: 2, a: 1 }, pageToken })
      const other = owner.searches.listActions({ ...asked, context: { a: 1 }, pageToken })
      expect(await refusalOf(other)).toMatchObject({ violations: ['page_token FORMAT'] })
    })
  })

  describe('a simulation', () => {
    const about = (id: string, projectId: string, action = start) =>
      SimulatedQuestion.fromPartial({
        ...{ principal: application(id), action, resource: { projectId } },
      } as object)
    const policyFor = (id: string, parts: object = {}) =>
      CreatePolicyRequest.fromPartial({
        ...{ name: fresh('policy'), principal: application(id), rules: [aRule(operators)] },
        ...parts,
      } as object)
    const told = (decision: SimulatedDecision | undefined) => {
      if (!decision) throw new Error('one side was not told')
      return `${describeAnswer(decision)} ${decision.policyName}`.trim()
    }

    it('marks what would flip, with who settles it on each side, and writes nothing', async () => {
      const { owner } = system()
      const projectId = await aProject()
      const [first, second] = [await anApplication(owner), await anApplication(owner)]
      const standing = await grant(owner, first.id, operators)
      const group = await owner.groups.createGroup({ name: fresh('group') })
      const before = (await owner.organizations.getOrganization()).revision
      const changes: SimulatedChange['change'][] = [
        { $case: 'deletePolicy', value: { policyId: standing.id, etag: '' } },
        {
          $case: 'createPolicy',
          value: policyFor('', {
            name: 'the group may',
            principal: { $case: 'groupId', value: group.id },
          }),
        },
        {
          $case: 'addGroupMembers',
          value: { groupId: group.id, userIds: [], applicationIds: [second.id], etag: '' },
        },
      ]
      const { answers, gained, lost } = await owner.simulations.simulate({
        changes: changes.map((change) => ({ change })),
        questions: [
          about(first.id, projectId),
          about(second.id, projectId),
          about(second.id, projectId, 'storage:object:read'),
          about(nobody, projectId),
        ],
      })
      expect(answers.map((each) => [told(each.before), told(each.after), each.flipped])).toEqual([
        [`allow RULE ${standing.name}`, 'deny NO_MATCHING_RULE', true],
        ['deny NO_MATCHING_RULE', 'allow RULE the group may', true],
        ['deny NO_MATCHING_RULE', 'deny NO_MATCHING_RULE', false],
        ['deny PRINCIPAL_NOT_FOUND', 'deny PRINCIPAL_NOT_FOUND', false],
      ])
      expect([gained, lost]).toEqual([1, 1])
      expect((await owner.organizations.getOrganization()).revision).toBe(before)
      await owner.policies.getPolicy({ policyId: standing.id })
    })

    it('of rules finds what the changes before it left', async () => {
      const { owner } = system()
      const projectId = await aProject()
      const { id } = await anApplication(owner)
      const policyId = '11111111-1111-4111-8111-111111111111'
      const deny = aRule({ ...operators, effect: 2 })
      const { answers } = await owner.simulations.simulate({
        changes: [
          { change: { $case: 'createPolicy', value: policyFor(id, { policyId }) } },
          { change: { $case: 'createRule', value: { policyId, rule: deny, etag: '' } } },
        ],
        questions: [about(id, projectId)],
      })
      expect(answers.map(({ after }) => told(after).slice(0, 18))).toEqual(['deny EXPLICIT_DENY'])
      expect(answers[0]?.after?.policyId).toBe(policyId)
    })

    it('is for those who may see what they change, whether they may change it or not', async () => {
      const { owner, as } = system()
      const projectId = await aProject()
      const { id } = await anApplication(owner)
      const name = fresh('Simulate')
      await owner.permissionSets.createPermissionSet({
        ...{ name, scopeType: 2, permissions: ['iam:decision:simulate'] },
      })
      const asked = {
        changes: [{ change: { $case: 'createPolicy', value: policyFor(id) } as const }],
        questions: [about(id, projectId)],
      }
      const planner = await anAdministrator(owner, name)
      expect(await refusalOf(as(planner.key).simulations.simulate(asked))).toMatchObject({
        ...denied,
        message: 'needs the permission `iam:policy:read`',
      })
      await grant(owner, planner.id, { permissionSetNames: ['IAMReadOnly'] })
      expect((await as(planner.key).simulations.simulate(asked)).gained).toBe(1)
      const reader = as((await anAdministrator(owner, 'IAMReadOnly')).key)
      expect(await refusalOf(reader.simulations.simulate(asked))).toMatchObject(denied)
      const powerless = as(planner.key).policies.createPolicy(policyFor(id))
      expect(await refusalOf(powerless)).toMatchObject(denied)
    })

    it('refuses to cut the last path to mend the organization, whoever would', async () => {
      const { owner, as } = system()
      const ownerEmail = `${fresh('owner')}@other.example`
      const made = await owner.organizations.createOrganization({ name: 'Other', ownerEmail })
      const api = as(made.ownerApiKey)
      const manager = await anAdministrator(api, 'IAMManager')
      await api.apiKeys.deleteApiKey({ accessKey: made.ownerAccessKey })
      const { policies } = await as(manager.key).policies.listPolicies()
      const value = { policyId: policies[0]?.id ?? '', etag: '' }
      const call = as(manager.key).simulations.simulate({
        changes: [{ change: { $case: 'deletePolicy', value } }],
        questions: [about(manager.id, '')],
      })
      expect(await refusalOf(call)).toMatchObject({ reason: 'LAST_IAM_PATH' })
      await as(manager.key).policies.getPolicy(value)
    })

    it('refuses what the call itself would, by the path of the change', async () => {
      const { owner } = system()
      const { id } = await anApplication(owner)
      const projectId = await aProject()
      const rules = [aRule(operators), aRule({ ...operators, condition: '((' })]
      const cases: [Parameters<typeof owner.simulations.simulate>[0], string, status][] = [
        [{}, 'changes REQUIRED', status.INVALID_ARGUMENT],
        [
          { changes: [SimulatedChange.fromPartial({})] },
          'changes[0].change REQUIRED',
          status.INVALID_ARGUMENT,
        ],
        [
          { changes: [{ change: { $case: 'createPolicy', value: policyFor(id) } }] },
          'questions REQUIRED',
          status.INVALID_ARGUMENT,
        ],
        [
          {
            changes: [{ change: { $case: 'createPolicy', value: policyFor(id) } }],
            questions: [about(id, projectId), about('x', projectId)],
          },
          'questions[1].application_id FORMAT',
          status.INVALID_ARGUMENT,
        ],
        [
          {
            changes: [{ change: { $case: 'createPolicy', value: policyFor(id) } }],
            questions: Array.from({ length: 1_001 }, () => about(id, projectId)),
          },
          'questions TOO_MANY',
          status.INVALID_ARGUMENT,
        ],
        [
          {
            changes: [{ change: { $case: 'createPolicy', value: policyFor(id, { rules }) } }],
            questions: [about(id, projectId)],
          },
          'changes[0].create_policy.rules[1].condition CONDITION_SYNTAX',
          status.INVALID_ARGUMENT,
        ],
        [
          {
            changes: [{ change: { $case: 'deletePolicy', value: { policyId: nobody, etag: '' } } }],
            questions: [about(id, projectId)],
          },
          '',
          status.NOT_FOUND,
        ],
      ]
      for (const [request, violation, code] of cases) {
        const refusal = await refusalOf(owner.simulations.simulate(request))
        expect([refusal.violations.join(), refusal.code]).toEqual([violation, code])
      }
    })
  })

  it.each<[string, string, (api: Api) => Promise<unknown>]>([
    ['nothing to register', 'resource REQUIRED', (api) => api.resources.registerResource()],
    [
      'a resource without an id',
      'resource.id REQUIRED',
      (api) => api.resources.registerResource({ resource: resource({ type: 'server' }) }),
    ],
    [
      'a resource of a bad type',
      'resource.type FORMAT',
      (api) => api.resources.registerResource({ resource: resource({ type: 'a/b', id: 'x' }) }),
    ],
    [
      'a resource with two spellings',
      'id FORMAT',
      (api) => api.resources.getRegisteredResource({ type: 'server', id: 'a/../b' }),
    ],
    [
      'a list of a bad project',
      'project_id FORMAT',
      (api) => api.resources.listRegisteredResources({ projectId: 'shop' }),
    ],
    [
      'a search without an action',
      'action REQUIRED',
      (api) => api.searches.listPrincipals({ resource: resource({}) }),
    ],
    [
      'a search by pattern',
      'action FORMAT',
      (api) => api.searches.listPrincipals({ action: 'a:*', resource: resource({}) }),
    ],
    [
      'a search for a kind that is none',
      'type UNKNOWN_ENUM',
      (api) =>
        api.searches.listPrincipals({ action: 'a', resource: resource({}), type: 9 as never }),
    ],
    [
      'a search without a principal',
      'principal REQUIRED',
      (api) => api.searches.listActions({ resource: resource({}) }),
    ],
    [
      'a search without a resource',
      'resource REQUIRED',
      (api) => api.searches.listActions({ principal: application(nobody) }),
    ],
    [
      'a page below none',
      'page_size FORMAT',
      (api) =>
        api.searches.listResources({
          ...{ principal: application(nobody), action: 'a', pageSize: -1 },
        }),
    ],
  ])('%s is refused by the field: %s', async (_, violation, call) => {
    const refusal = await refusalOf(call(system().owner))
    expect(refusal).toMatchObject({ code: status.INVALID_ARGUMENT, violations: [violation] })
  })

  it('a resource in a project of another organization is refused as in none', async () => {
    const { owner } = system()
    const astray = resource({ projectId: nobody, type: 'server', id: 'x' })
    const refusal = await refusalOf(owner.resources.registerResource({ resource: astray }))
    expect(refusal).toMatchObject({ code: status.NOT_FOUND })
    const late = owner.resources.deleteRegisteredResource({ type: 'server', id: 'never' })
    expect(await refusalOf(late)).toMatchObject({ code: status.NOT_FOUND })
  })
})
