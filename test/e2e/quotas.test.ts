import { randomUUID } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { ImportOrganizationRequest } from '../../src/grpc/gen/postern/v1/document.js'
import { CreatePolicyRequest, DeletePolicyRequest } from '../../src/grpc/gen/postern/v1/policy.js'
import { type SimulatedChange, SimulateRequest } from '../../src/grpc/gen/postern/v1/simulation.js'
import { aKeyOf, fresh } from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const quotas = {
  POSTERN_QUOTA_USERS: '3',
  POSTERN_QUOTA_APPLICATIONS: '2',
  POSTERN_QUOTA_GROUPS: '2',
  POSTERN_QUOTA_POLICIES: '2',
  POSTERN_QUOTA_API_KEYS: '3',
  POSTERN_QUOTA_PROJECTS: '3',
}

onBothStores(
  'quotas',
  (system) => {
    /** An organization of its own: it begins with its owner, the owner's key and a project. */
    async function found() {
      const email = `${fresh('owner')}@home.example`
      const { owner, as } = system()
      const made = await owner.organizations.createOrganization({ name: 'Home', ownerEmail: email })
      const key = made.ownerApiKey
      return { id: made.organization?.id ?? '', api: as(key), key, email }
    }

    const making: Record<string, (api: Api) => Promise<unknown>> = {
      users: (api) => api.users.createUser({ email: `${fresh('member')}@acme.example` }),
      applications: (api) => api.applications.createApplication({ name: fresh('application') }),
      groups: (api) => api.groups.createGroup({ name: fresh('group') }),
      policies: (api) => api.policies.createPolicy({ name: fresh('policy') }),
      projects: (api) => api.projects.createProject({ name: fresh('project') }),
    }

    it.each([
      ['users', 3],
      ['applications', 2],
      ['groups', 2],
      ['policies', 2],
      ['projects', 3],
    ] as const)('let an organization have so many %s and no more: %d', async (noun, quota) => {
      const { id, api } = await found()
      const make = () => making[noun]?.(api) ?? Promise.resolve()
      const first = noun === 'users' || noun === 'projects' ? 1 : 0
      for (let count = first; count < quota; count++) await make()
      const refused = await refusalOf(make())
      const said = `${noun}: the organization has ${quota} of at most ${quota}, no room for 1 more`
      expect(refused).toMatchObject({
        ...{ code: status.RESOURCE_EXHAUSTED, reason: 'QUOTA_EXCEEDED', message: said },
        quotas: [`organization:${id} ${said}`],
      })
    })

    it('count keys, those of users and of applications and the first ones', async () => {
      const { api } = await found()
      const { id } = await api.applications.createApplication({ name: 'robot' })
      await aKeyOf(api, id)
      const { accessKey } = (
        await api.apiKeys.createApiKey({
          bearer: { $case: 'userId', value: (await api.users.getUser()).id },
        })
      ).apiKey ?? { accessKey: '' }
      expect(await refusalOf(aKeyOf(api, id))).toMatchObject({
        message: 'API keys: the organization has 3 of at most 3, no room for 1 more',
      })
      const member = await api.users.createUser({ email: `${fresh('member')}@acme.example` })
      const { token } = await api.users.issueEnrollment({ userId: member.id })
      const enroll = () => system().as('').users.enroll({ token })
      expect(await refusalOf(enroll())).toMatchObject({ reason: 'QUOTA_EXCEEDED' })
      await api.apiKeys.deleteApiKey({ accessKey })
      expect((await enroll()).apiKey).toMatch(/^pst_/)
    })

    it('count guests as they are invited, and their first keys where they are guests', async () => {
      const [host, guest] = [await found(), await found()]
      const invited = await host.api.users.inviteUser({ email: guest.email })
      await host.api.users.inviteUser({ email: `${fresh('guest')}@else.example` })
      const more = host.api.users.inviteUser({ email: `${fresh('guest')}@else.example` })
      expect(await refusalOf(more)).toMatchObject({ reason: 'QUOTA_EXCEEDED' })
      const { id } = await host.api.applications.createApplication({ name: 'robot' })
      await aKeyOf(host.api, id)
      await aKeyOf(host.api, id)
      const accept = guest.api.users.acceptInvitation({ userId: invited.id })
      const refused = await refusalOf(accept)
      expect(refused.quotas).toEqual([expect.stringContaining(`organization:${host.id} API keys`)])
    })

    it('count clones of policies', async () => {
      const { api } = await found()
      const { id } = await api.policies.createPolicy({ name: 'one' })
      await api.policies.clonePolicy({ policyId: id })
      const refused = await refusalOf(api.policies.clonePolicy({ policyId: id }))
      expect(refused).toMatchObject({ reason: 'QUOTA_EXCEEDED' })
    })

    it('count what a simulation would make', async () => {
      const { api } = await found()
      const simulate = (change: SimulatedChange['change']) =>
        api.simulations.simulate(
          SimulateRequest.fromPartial({
            changes: [{ change }],
            questions: [
              { action: 'a', resource: {}, principal: { $case: 'userId', value: randomUUID() } },
            ],
          } as object),
        )
      const creation = {
        $case: 'createPolicy',
        value: CreatePolicyRequest.fromPartial({ name: 'three' }),
      } as const
      const { id } = await api.policies.createPolicy({ name: 'one' })
      await simulate(creation)
      await api.policies.createPolicy({ name: 'two' })
      expect(await refusalOf(simulate(creation))).toMatchObject({ reason: 'QUOTA_EXCEEDED' })
      await simulate({
        $case: 'deletePolicy',
        value: DeletePolicyRequest.fromPartial({ policyId: id }),
      })
    })

    it('have room again after a deletion, and are of one organization', async () => {
      const [one, two] = [await found(), await found()]
      const { id } = await one.api.groups.createGroup({ name: 'a' })
      await one.api.groups.createGroup({ name: 'b' })
      const make = () => one.api.groups.createGroup({ name: 'c' })
      expect(await refusalOf(make())).toMatchObject({ reason: 'QUOTA_EXCEEDED' })
      await two.api.groups.createGroup({ name: 'c' })
      await one.api.groups.deleteGroup({ groupId: id })
      expect((await make()).name).toBe('c')
    })

    it('are not exceeded by many who make things at the same time', async () => {
      const { api } = await found()
      const made = Array.from({ length: 12 }, () => making.groups?.(api))
      const settled = await Promise.allSettled(made)
      expect(settled.filter((each) => each.status === 'fulfilled')).toHaveLength(2)
      const { groups } = await api.groups.listGroups({ pageSize: 100 })
      expect(groups.filter((group) => !group.name.startsWith('all_'))).toHaveLength(2)
    })

    it('are no obstacle to sending again a write that took the last place', async () => {
      const { api, key } = await found()
      const again = system().as(key, { 'idempotency-key': randomUUID() })
      await api.groups.createGroup({ name: 'first' })
      const { id } = await again.groups.createGroup({ name: 'last' })
      expect((await again.groups.createGroup({ name: 'last' })).id).toBe(id)
    })

    describe('and documents', () => {
      const document = (...names: string[]) => ({
        groups: names.map((name) => ({ name })),
        applications: names.map((name) => ({ name })),
      })
      const imports = (api: Api, parts: { names: string[]; dryRun?: boolean; prune?: boolean }) => {
        const { names, ...how } = parts
        return api.documents.importOrganization(
          ImportOrganizationRequest.fromPartial({ document: document(...names), ...how }),
        )
      }

      it.each([true, false])('name all that would be exceeded, with dry_run %s', async (dryRun) => {
        const { id, api } = await found()
        const refused = await refusalOf(imports(api, { names: ['a', 'b', 'c', 'd'], dryRun }))
        const said = 'the organization has 0 of at most 2, no room for 4 more'
        expect(refused).toMatchObject({
          code: status.RESOURCE_EXHAUSTED,
          message: `applications: ${said}; groups: ${said}`,
          quotas: [
            `organization:${id} applications: ${said}`,
            `organization:${id} groups: ${said}`,
          ],
        })
        expect((await api.applications.listApplications()).applications).toEqual([])
      })

      it('may take the places of what they remove', async () => {
        const { api } = await found()
        await imports(api, { names: ['a', 'b'] })
        await imports(api, { names: ['c', 'd'], prune: true })
        const { applications } = await api.applications.listApplications()
        expect(applications.map(({ name }) => name)).toEqual(['c', 'd'])
      })
    })
  },
  quotas,
)
