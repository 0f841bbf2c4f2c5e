import { describe, expect, it } from 'vitest'
import type { PolicyId } from '../../src/domain/ids.js'
import type { Store } from '../../src/service/ports/store.js'
import {
  aGroup,
  aPolicy,
  aProject,
  aRule,
  aSet,
  aUser,
  founded,
  newId,
  nowMs,
  save,
} from './store-fixture.js'

const page = { size: 100 }

export function describePolicies(store: () => Store): void {
  describe('policies and permission sets', () => {
    async function given() {
      const { id } = await founded(store())
      const [user, group, set] = [aUser(id), aGroup(id), aSet(id)]
      const projects = [aProject(id), aProject(id)]
      const projectIds = projects.map((project) => project.id)
      const policy = aPolicy(id, {
        tags: ['t'],
        principal: { type: 'user', id: user.id },
        rules: [
          aRule({ permissionSetNames: [set.name, 'ComputeReadOnly'], condition: 'true' }),
          aRule({ effect: 'deny', scope: { kind: 'projects', projectIds }, resources: ['r:*'] }),
        ],
      })
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        await tx.groups.insert(group)
        await tx.permissionSets.insert(set)
        for (const project of projects) await tx.projects.insert(project)
        await tx.policies.insert(policy)
      })
      return { id, user, group, set, projects, policy }
    }

    it('come back as they were stored, rules in their order', async () => {
      const { id, user, set, policy } = await given()
      const inert = aPolicy(id, { name: 'inert' })
      await save(store(), id, (tx) => tx.policies.insert(inert))
      const { value } = await store().read(async (tx) => ({
        policy: await tx.policies.find(policy.id),
        inert: await tx.policies.find(inert.id),
        ofUser: await tx.policies.list(id, { principal: { type: 'user', id: user.id } }, page),
        named: await tx.policies.list(id, { name: 'inert' }, page),
        set: await tx.permissionSets.find(id, set.name),
        noSet: await tx.permissionSets.find(id, 'ComputeReadOnly'),
        none: await tx.policies.find(newId<PolicyId>()),
      }))
      expect(value).toEqual({
        policy,
        inert,
        ofUser: [policy],
        named: [inert],
        set,
        noSet: undefined,
        none: undefined,
      })
    })

    it('change head and rules apart from each other', async () => {
      const { id, group, policy } = await given()
      const principal = { type: 'group', id: group.id } as const
      const next = { ...policy, name: 'next', principal, rules: [aRule()], version: 2 }
      const find = () => store().read((tx) => tx.policies.find(policy.id))
      await save(store(), id, (tx) => tx.policies.update(next))
      expect((await find()).value).toEqual({ ...next, rules: policy.rules })
      await save(store(), id, (tx) => tx.policies.setRules(next))
      expect((await find()).value).toEqual(next)
      await save(store(), id, (tx) => tx.policies.delete(policy.id))
      expect((await find()).value).toBeUndefined()
    })

    it('are refused when a rule names a permission set that does not exist', async () => {
      const { id } = await given()
      const other = await given()
      const rules = [aRule(), aRule({ permissionSetNames: [other.set.name] })]
      const lost = aPolicy(id, { rules })
      await expect(save(store(), id, (tx) => tx.policies.insert(lost))).rejects.toMatchObject({
        kind: 'invalid',
        violations: [{ field: 'rules[1].permission_set_names', reason: 'UNKNOWN' }],
      })
      expect((await store().read((tx) => tx.policies.find(lost.id))).value).toBeUndefined()
    })

    it('follow a permission set that is renamed, and are found by it', async () => {
      const { id, set, policy } = await given()
      const renamed = { ...set, name: 'renamed', permissions: ['x:*', 'y:*'], version: 2 }
      await save(store(), id, (tx) => tx.permissionSets.update(renamed))
      const { value } = await store().read((tx) => tx.permissionSets.policiesUsing(set.id))
      expect(value.map((using) => using.id)).toEqual([policy.id])
      expect(value[0]?.rules[0]?.permissionSetNames).toEqual(['renamed', 'ComputeReadOnly'])
      await save(store(), id, async (tx) => {
        await tx.policies.setRules({ ...policy, rules: [] })
        await tx.permissionSets.delete(set.id)
      })
      const left = await store().read((tx) => tx.permissionSets.list(id))
      expect(left.value).toEqual([])
    })

    it('lose a project that is deleted, and nothing else', async () => {
      const { id, projects, policy } = await given()
      const [gone, kept] = projects
      if (!gone || !kept) throw new Error('no projects')
      const scoped = await store().read((tx) => tx.policies.scopedTo(gone.id))
      expect(scoped.value).toEqual([policy.id])
      await save(store(), id, (tx) => tx.projects.delete(gone))
      const { value } = await store().read((tx) => tx.policies.find(policy.id))
      expect(value?.rules[1]?.scope).toEqual({ kind: 'projects', projectIds: [kept.id] })
      expect(value?.rules[0]).toEqual(policy.rules[0])
      expect(value).toMatchObject({ version: 2, updatedAtMs: nowMs })
      await save(store(), id, (tx) => tx.projects.delete(kept))
      const left = await store().read((tx) => tx.policies.find(policy.id))
      expect(left.value?.rules[1]?.scope).toEqual({ kind: 'projects', projectIds: [] })
    })

    it('are left without a principal when they are detached', async () => {
      const { id, user, policy } = await given()
      const principal = { type: 'user', id: user.id } as const
      const detached = await save(store(), id, (tx) => tx.policies.detach(principal))
      expect(detached.value).toEqual([policy.id])
      const { value } = await store().read((tx) => tx.policies.find(policy.id))
      const { principal: _, ...inert } = policy
      expect(value).toEqual({ ...inert, version: 2 })
      await save(store(), id, (tx) => tx.users.delete(user.id))
      const again = await save(store(), id, (tx) => tx.policies.detach(principal))
      expect(again.value).toEqual([])
    })
  })
}
