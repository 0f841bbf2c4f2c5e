import { describe, expect, it } from 'vitest'
import type { ConditionInput } from '../../src/domain/condition/condition.js'
import type { ApiKeyId, ApplicationId, ProjectId, UserId } from '../../src/domain/ids.js'
import type { CompiledPolicy, Policy } from '../../src/domain/policy.js'
import type { Store } from '../../src/service/ports/store.js'
import {
  aGroup,
  aKey,
  anApplication,
  aPolicy,
  aRule,
  aSet,
  aUser,
  founded,
  newId,
  nowMs,
  type OpenedStore,
  save,
} from './store-fixture.js'

const noInput: ConditionInput = {
  request: { timeMs: 0 },
  resource: { attributes: {} },
  principal: { id: '', type: 'user', attributes: {}, tags: [] },
  context: {},
}

export function describeDecisions(store: () => Store, query: OpenedStore['query']): void {
  describe('what a decision reads', () => {
    it('a credential that expires with its key or its secret, whichever is earlier', async () => {
      const { id } = await founded(store())
      const user = aUser(id)
      const bearer = { type: 'user', id: user.id } as const
      const narrowing = { actions: ['a:*'], sourceCidrs: ['10.0.0.0/8'] }
      const key = aKey(id, bearer, { expiresAtMs: nowMs + 5, narrowing })
      const free = aKey(id, bearer)
      const [early, late, never] = [newId(), newId(), newId()]
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        await tx.apiKeys.insert(key, { hash: newId() })
        const secrets = [{ hash: early, expiresAtMs: nowMs + 1 }, { hash: late }]
        await tx.apiKeys.setSecrets(key.id, secrets)
        await tx.apiKeys.insert(free, { hash: never })
      })
      const { value } = await store().read(async ({ decisions }) => [
        await decisions.findCredential(early),
        await decisions.findCredential(late),
        await decisions.findCredentialByKeyId(key.id),
        await decisions.findCredential(never),
        await decisions.findCredential('unknown'),
        await decisions.findCredentialByKeyId(newId<ApiKeyId>()),
      ])
      const credential = { id: key.id, organizationId: id, bearer, narrowing }
      expect(value).toEqual([
        { ...credential, expiresAtMs: nowMs + 1 },
        { ...credential, expiresAtMs: nowMs + 5 },
        { ...credential, expiresAtMs: nowMs + 5 },
        { id: free.id, organizationId: id, bearer, narrowing: {} },
        undefined,
        undefined,
      ])
    })

    it('a principal with its groups, the implicit one of its type included', async () => {
      const { id, allUsers, allApplications } = await founded(store())
      const user = aUser(id)
      const application = anApplication(id, { tags: ['t'] })
      const group = aGroup(id, { userIds: [user.id], applicationIds: [application.id] })
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        await tx.applications.insert(application)
        await tx.groups.insert(group)
      })
      const { value } = await store().read(async ({ decisions }) => [
        await decisions.findPrincipal({ type: 'user', id: user.id }),
        await decisions.findPrincipal({ type: 'application', id: application.id }),
        await decisions.findPrincipal({ type: 'user', id: application.id as string as UserId }),
        await decisions.findPrincipal({ type: 'application', id: newId<ApplicationId>() }),
        await decisions.findProjectOrganization(newId<ProjectId>()),
      ])
      expect(value).toEqual([
        {
          ref: { type: 'user', id: user.id },
          organizationId: id,
          owner: false,
          status: 'pending',
          groupIds: [group.id, allUsers.id].sort(),
          attributes: user.attributes,
          tags: user.tags,
        },
        {
          ref: { type: 'application', id: application.id },
          organizationId: id,
          owner: false,
          status: 'active',
          groupIds: [group.id, allApplications.id].sort(),
          attributes: {},
          tags: ['t'],
        },
        undefined,
        undefined,
        undefined,
      ])
    })

    it('all principals of a type, page by page, as it finds each', async () => {
      const { id } = await founded(store())
      const other = await founded(store())
      const users = [3, 1, 2].map((createdAtMs) => aUser(id, { createdAtMs }))
      const applications = [anApplication(id), anApplication(id)]
      const group = aGroup(id, {
        userIds: users.map((user) => user.id).slice(0, 2),
        applicationIds: applications.map((application) => application.id),
      })
      await save(store(), id, async (tx) => {
        for (const user of [...users, aUser(other.id)]) await tx.users.insert(user)
        for (const each of applications) await tx.applications.insert(each)
        await tx.groups.insert(group)
      })
      const { value } = await store().read(async ({ decisions }) => {
        const first = await decisions.listPrincipals(id, 'user', { size: 2 })
        const after = first.at(-1)?.position ?? { createdAtMs: 0, id: '' }
        const second = await decisions.listPrincipals(id, 'user', { size: 2, after })
        const third = await decisions.listPrincipals(id, 'application', { size: 5 })
        const listed = [...first, ...second, ...third].map(({ principal }) => principal)
        const found = await Promise.all(listed.map(({ ref }) => decisions.findPrincipal(ref)))
        const refs = [...listed, ...listed.slice(0, 1)].map(({ ref }) => ref).reverse()
        const unknown = { type: 'user', id: newId<UserId>() } as const
        const several = await decisions.findPrincipals(id, [...refs, unknown])
        const abroad = await decisions.findPrincipals(other.id, refs)
        return { listed, found, several, abroad, none: await decisions.findPrincipals(id, []) }
      })
      expect(value.listed).toEqual(value.found)
      expect(value.several).toHaveLength(value.listed.length)
      expect(value.several).toEqual(expect.arrayContaining(value.listed))
      expect([value.abroad, value.none]).toEqual([[], []])
      const inOrder = [users[1], users[2], users[0]].map((user) => user?.id as string)
      const byId = applications.map((application) => application.id as string).sort()
      expect(value.listed.map(({ ref }) => ref.id)).toEqual([...inOrder, ...byId])
    })

    it('the policies of several holders by id, with permissions and conditions', async () => {
      const { id } = await founded(store())
      const [user, group] = [aUser(id), aGroup(id)]
      const set = aSet(id, { permissions: ['storage:*', 'compute:*:read'] })
      const names = [set.name, 'ComputeReadOnly']
      const first = aRule({ permissionSetNames: names, condition: 'true' })
      const second = aRule({ condition: 'nonsense' })
      const principal = { type: 'user', id: user.id } as const
      const policy = aPolicy(id, { principal, rules: [first, second] })
      const ofGroup = aPolicy(id, { principal: { type: 'group', id: group.id } })
      const inert = aPolicy(id)
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        await tx.groups.insert(group)
        await tx.permissionSets.insert(set)
        for (const each of [policy, ofGroup, inert]) await tx.policies.insert(each)
      })
      const { value } = await store().read(async ({ decisions }) => ({
        both: await decisions.policiesOf([user.id, group.id, newId()]),
        one: await decisions.policiesOf([user.id]),
        none: await decisions.policiesOf([]),
      }))
      expect(value.both.map((each) => each.id)).toEqual([policy.id, ofGroup.id].sort())
      expect(value.none).toEqual([])
      const [compiled] = value.one
      expect(compiled).toMatchObject({ id: policy.id, name: policy.name, principal })
      expect(compiled?.rules).toMatchObject([
        {
          id: first.id,
          policyId: policy.id,
          policyName: policy.name,
          permissions: ['storage:*', 'compute:*:read'],
          permissionSetNames: names,
        },
        { id: second.id, permissions: ['compute:*:read'] },
      ])
      const outcomes = compiled?.rules.map((rule) => rule.condition?.evaluate(noInput).kind)
      expect(outcomes).toEqual(['true', 'error'])
    })

    it('many policies whole and in order, while others have their turns', async () => {
      const { id } = await founded(store())
      const user = aUser(id)
      const principal = { type: 'user', id: user.id } as const
      const policies = Array.from({ length: 5 }, () =>
        aPolicy(id, { principal, rules: Array.from({ length: 70 }, () => aRule()) }),
      )
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        for (const policy of policies) await tx.policies.insert(policy)
      })
      const others = new Others()
      const read = await store().read(({ decisions }) => decisions.policiesOf([user.id]))
      expect(others.turns()).toBeGreaterThanOrEqual(policies.length - 1)
      const rulesOf = (each: readonly Policy[] | readonly CompiledPolicy[]) =>
        each.map(({ id: policyId, rules }) => [policyId, rules.map((rule) => rule.id)])
      const inOrder = policies.sort((a, b) => (a.id < b.id ? -1 : 1))
      expect(rulesOf(read.value)).toEqual(rulesOf(inOrder))
      const [first, ...rest] = read.value.flatMap(({ rules }) => rules)
      // A set's permissions are in memory once, whichever policies it is named in.
      for (const { permissions } of rest) expect(permissions).toBe(first?.permissions)
    })

    it('nothing at all, rather than less, of a policy that cannot be read', async () => {
      const { id } = await founded(store())
      const user = aUser(id)
      const principal = { type: 'user', id: user.id } as const
      const rule = aRule({ effect: 'deny' })
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        await tx.policies.insert(aPolicy(id, { principal, rules: [rule] }))
      })
      const read = () => store().read(({ decisions }) => decisions.policiesOf([user.id]))
      const refused = { kind: 'unavailable', reason: 'POLICY_UNREADABLE' }
      await read()
      await query(`update rules set resources = '[1' where id = '${rule.id}'`)
      await expect(read()).rejects.toMatchObject(refused)
      await query(`update rules set resources = '[]' where id = '${rule.id}'`)
      const gone = `update rule_permission_sets set builtin_name = 'Gone'`
      await query(`${gone} where rule_id = '${rule.id}'`)
      await expect(read()).rejects.toMatchObject(refused)
    })
  })
}

/** Counts the turns of the event loop. */
class Others {
  #turns = 0
  #isOn = true

  constructor() {
    setImmediate(this.#turn)
  }

  /** So far; it counts no more. */
  turns(): number {
    this.#isOn = false
    return this.#turns
  }

  readonly #turn = (): void => {
    this.#turns += 1
    if (this.#isOn) setImmediate(this.#turn)
  }
}
