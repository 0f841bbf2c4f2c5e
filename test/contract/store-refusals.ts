import { describe, expect, it } from 'vitest'
import type { AccountId, ApplicationId, GroupId, UserId } from '../../src/domain/ids.js'
import type { Store } from '../../src/service/ports/store.js'
import {
  aGroup,
  aKey,
  anApplication,
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

export function describeRefusals(store: () => Store): void {
  describe('what it refuses', () => {
    it('a name that is taken, naming noun, id and field', async () => {
      const { id } = await founded(store())
      const [project, group, set] = [aProject(id), aGroup(id), aSet(id)]
      await save(store(), id, async (tx) => {
        await tx.projects.insert(project)
        await tx.groups.insert(group)
        await tx.permissionSets.insert(set)
      })
      const second = aProject(id, { name: project.name })
      await expect(save(store(), id, (tx) => tx.projects.insert(second))).rejects.toMatchObject({
        kind: 'already-exists',
        message: expect.stringContaining('name'),
        metadata: { resource: 'project', resource_id: second.id },
      })
      const taken = { kind: 'already-exists', message: expect.stringContaining('name') }
      const sameGroup = aGroup(id, { name: group.name })
      await expect(save(store(), id, (tx) => tx.groups.insert(sameGroup))).rejects.toMatchObject(
        taken,
      )
      const sameSet = aSet(id, { name: set.name })
      await expect(
        save(store(), id, (tx) => tx.permissionSets.insert(sameSet)),
      ).rejects.toMatchObject(taken)
      const renamed = { ...aProject(id), id: id as string as typeof project.id, name: project.name }
      await expect(save(store(), id, (tx) => tx.projects.update(renamed))).rejects.toMatchObject(
        taken,
      )
    })

    it('an id that is taken, even by another organization', async () => {
      const [one, two] = [await founded(store()), await founded(store())]
      const project = aProject(one.id)
      await save(store(), one.id, (tx) => tx.projects.insert(project))
      const thief = aProject(two.id, { id: project.id })
      await expect(save(store(), two.id, (tx) => tx.projects.insert(thief))).rejects.toMatchObject({
        kind: 'already-exists',
        message: expect.stringContaining(project.id),
      })
    })

    it('an id that a user, application or group had, to any of them and in any organization', async () => {
      const [one, two] = [await founded(store()), await founded(store())]
      const application = anApplication(one.id)
      await save(store(), one.id, (tx) => tx.applications.insert(application))
      await save(store(), one.id, (tx) => tx.applications.delete(application.id))
      const id = application.id as string
      const taken = { kind: 'already-exists', metadata: { resource_id: id, field: 'id' } }
      const attempts: Parameters<typeof save<void>>[2][] = [
        (tx) => tx.applications.insert(anApplication(two.id, { id: id as ApplicationId })),
        (tx) => tx.users.insert(aUser(two.id, { id: id as UserId })),
        (tx) => tx.groups.insert(aGroup(two.id, { id: id as GroupId })),
      ]
      for (const attempt of attempts) {
        await expect(save(store(), two.id, attempt)).rejects.toMatchObject(taken)
      }
    })

    it('an address or external id that is taken in the organization', async () => {
      const [one, two] = [await founded(store()), await founded(store())]
      const user = aUser(one.id, { externalId: 'E' })
      const application = anApplication(one.id, { externalId: 'E' })
      const elsewhere = aUser(two.id, { email: user.email, externalId: 'E' })
      await save(store(), one.id, async (tx) => {
        await tx.users.insert(user)
        await tx.applications.insert(application)
        await tx.users.insert(elsewhere)
      })
      const sameEmail = aUser(one.id, { email: user.email })
      await expect(save(store(), one.id, (tx) => tx.users.insert(sameEmail))).rejects.toMatchObject(
        { kind: 'already-exists', message: expect.stringContaining('email') },
      )
      const external = { kind: 'already-exists', message: expect.stringContaining('external_id') }
      const sameExternal = aUser(one.id, { externalId: 'E' })
      await expect(
        save(store(), one.id, (tx) => tx.users.insert(sameExternal)),
      ).rejects.toMatchObject(external)
      const other = anApplication(one.id, { externalId: 'E' })
      await expect(
        save(store(), one.id, (tx) => tx.applications.insert(other)),
      ).rejects.toMatchObject(external)
    })

    it('a second owner, a second home, and one address for two accounts', async () => {
      const [one, two] = [await founded(store()), await founded(store())]
      const accounts = [1, 2].map(() => ({ id: newId<AccountId>(), email: `${newId()}@x.example` }))
      const [first, second] = accounts
      if (!first || !second) throw new Error('no accounts')
      const person = { type: 'owner', status: 'active' } as const
      const owner = aUser(one.id, { ...person, accountId: first.id })
      await save(store(), one.id, async (tx) => {
        for (const account of accounts) await tx.accounts.insert({ ...account, createdAtMs: nowMs })
        await tx.users.insert(owner)
      })
      const exists = { kind: 'already-exists' }
      const rival = aUser(one.id, { ...person, accountId: second.id })
      await expect(save(store(), one.id, (tx) => tx.users.insert(rival))).rejects.toMatchObject(
        exists,
      )
      const settler = aUser(two.id, { ...person, type: 'member', accountId: first.id })
      await expect(save(store(), two.id, (tx) => tx.users.insert(settler))).rejects.toMatchObject(
        exists,
      )
      const guest = aUser(two.id, { ...person, type: 'guest', accountId: first.id })
      await save(store(), two.id, (tx) => tx.users.insert(guest))
      const again = { id: newId<AccountId>(), email: first.email, createdAtMs: nowMs }
      await expect(save(store(), one.id, (tx) => tx.accounts.insert(again))).rejects.toMatchObject(
        exists,
      )
    })

    it('a person without an account who is not a pending guest', async () => {
      const { id } = await founded(store())
      const nobody = aUser(id, { type: 'guest', status: 'active' })
      const impatient = aUser(id, { type: 'member', status: 'pending' })
      await expect(save(store(), id, (tx) => tx.users.insert(nobody))).rejects.toThrow()
      await expect(save(store(), id, (tx) => tx.users.insert(impatient))).rejects.toThrow()
    })

    it('nothing only for the case of its letters, and tells such names apart', async () => {
      const { id } = await founded(store())
      const [upper, lower] = [aProject(id, { name: 'Foo' }), aProject(id, { name: 'foo' })]
      const sets = [aSet(id, { name: 'b' }), aSet(id, { name: 'B' }), aSet(id, { name: 'a' })]
      await save(store(), id, async (tx) => {
        await tx.projects.insert(upper)
        await tx.projects.insert(lower)
        for (const set of sets) await tx.permissionSets.insert(set)
      })
      const { value } = await store().read(async (tx) => ({
        upper: await tx.projects.findByName(id, 'Foo'),
        lower: await tx.projects.findByName(id, 'foo'),
        none: await tx.projects.findByName(id, 'FOO'),
        sets: (await tx.permissionSets.list(id)).map((set) => set.name),
      }))
      expect(value).toEqual({ upper, lower, none: undefined, sets: ['B', 'a', 'b'] })
    })

    it('every reference into another organization', async () => {
      const [one, two] = [await founded(store()), await founded(store())]
      const [user, project, group] = [aUser(two.id), aProject(two.id), aGroup(one.id)]
      const own = aUser(one.id)
      await save(store(), two.id, async (tx) => {
        await tx.users.insert(user)
        await tx.projects.insert(project)
        await tx.users.insert(own)
        await tx.groups.insert(group)
      })
      const bearer = { type: 'user', id: user.id } as const
      const scope = { kind: 'projects', projectIds: [project.id] } as const
      const key = aKey(one.id, { type: 'user', id: own.id }, { defaultProjectId: project.id })
      const attempts = [
        aGroup(one.id, { userIds: [user.id] }),
        aPolicy(one.id, { principal: bearer }),
        aPolicy(one.id, { rules: [aRule({ scope })] }),
      ] as const
      const refused = { kind: 'failed-precondition', reason: 'REFERENCE_NOT_FOUND' }
      const attempt = (work: Parameters<typeof save<void>>[2]) =>
        expect(save(store(), one.id, work)).rejects.toMatchObject(refused)
      await attempt((tx) => tx.groups.insert(attempts[0]))
      await attempt((tx) => tx.groups.setMembers(group, { userIds: [user.id], applicationIds: [] }))
      await attempt((tx) => tx.policies.insert(attempts[1]))
      await attempt((tx) => tx.policies.insert(attempts[2]))
      await attempt((tx) => tx.apiKeys.insert(aKey(one.id, bearer), { hash: newId() }))
      await attempt((tx) => tx.apiKeys.insert(key, { hash: newId() }))
    })

    it('to delete a principal, group or permission set that a policy uses', async () => {
      const { id } = await founded(store())
      const [user, group, set] = [aUser(id), aGroup(id), aSet(id)]
      const rules = [aRule({ permissionSetNames: [set.name] })]
      const ofUser = aPolicy(id, { principal: { type: 'user', id: user.id }, rules })
      const ofGroup = aPolicy(id, { principal: { type: 'group', id: group.id } })
      await save(store(), id, async (tx) => {
        await tx.users.insert(user)
        await tx.groups.insert(group)
        await tx.permissionSets.insert(set)
        await tx.policies.insert(ofUser)
        await tx.policies.insert(ofGroup)
      })
      const inUse = { kind: 'failed-precondition', reason: 'IN_USE' }
      await expect(save(store(), id, (tx) => tx.users.delete(user.id))).rejects.toMatchObject(inUse)
      await expect(save(store(), id, (tx) => tx.groups.delete(group.id))).rejects.toMatchObject(
        inUse,
      )
      await expect(
        save(store(), id, (tx) => tx.permissionSets.delete(set.id)),
      ).rejects.toMatchObject(inUse)
    })
  })
}
