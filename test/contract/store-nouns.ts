import { describe, expect, it } from 'vitest'
import type { AccountId, UserId } from '../../src/domain/ids.js'
import { defaultProjectId } from '../../src/domain/project.js'
import type { PagePosition } from '../../src/service/ports/paging.js'
import type { Store } from '../../src/service/ports/store.js'
import {
  aGroup,
  anApplication,
  aPolicy,
  aProject,
  aRule,
  aUser,
  founded,
  newId,
  nowMs,
  save,
} from './store-fixture.js'

const page = { size: 100 }

export function describeNouns(store: () => Store): void {
  describe('what was stored', () => {
    it('gives back an organization as it was stored, updated and deleted', async () => {
      const { id, organization } = await founded(store())
      const limited = { ...organization, name: 'Bcme', apiKeyTtlMaxMs: 1_000, version: 2 }
      const read = () => store().read((tx) => tx.organizations.find(id))
      expect((await read()).value).toEqual(organization)
      await save(store(), id, (tx) => tx.organizations.update(limited))
      expect((await read()).value).toEqual(limited)
      await save(store(), id, (tx) => tx.organizations.update(organization))
      expect((await read()).value).toEqual(organization)
      await save(store(), id, (tx) => tx.organizations.delete(id))
      expect((await read()).value).toBeUndefined()
    })

    it('deletes everything of an organization with it', async () => {
      const { id } = await founded(store())
      const project = aProject(id)
      const user = aUser(id)
      const scope = { kind: 'projects', projectIds: [project.id] } as const
      const policy = aPolicy(id, {
        principal: { type: 'user', id: user.id },
        rules: [aRule({ scope })],
      })
      await save(store(), id, async (tx) => {
        await tx.projects.insert(project)
        await tx.users.insert(user)
        await tx.policies.insert(policy)
      })
      await save(store(), id, (tx) => tx.organizations.delete(id))
      const { value } = await store().read(async (tx) => [
        await tx.projects.find(project.id),
        await tx.users.find(user.id),
        await tx.policies.find(policy.id),
        ...(await tx.groups.list(id, {}, page)),
      ])
      expect(value).toEqual([undefined, undefined, undefined])
    })

    it('finds the root organization, of which there is one', async () => {
      const { id, organization } = await founded(store())
      expect((await store().read((tx) => tx.organizations.findRoot())).value).toBeUndefined()
      const root = { ...organization, root: true }
      await save(store(), id, (tx) => tx.organizations.update(root))
      expect((await store().read((tx) => tx.organizations.findRoot())).value).toEqual(root)
      const second = { ...organization, id: newId<typeof id>(), root: true }
      await expect(
        save(store(), id, (tx) => tx.organizations.insert(second)),
      ).rejects.toMatchObject({ kind: 'already-exists' })
      await save(store(), id, (tx) => tx.organizations.update(organization))
    })

    it('gives back a project, by id and by name, and which of some exist', async () => {
      const { id } = await founded(store())
      const other = await founded(store())
      const project = aProject(id, { description: 'günther ☂ \n\t`' })
      await save(store(), id, (tx) => tx.projects.insert(project))
      const { value } = await store().read(async (tx) => ({
        byId: await tx.projects.find(project.id),
        byName: await tx.projects.findByName(id, project.name),
        elsewhere: await tx.projects.findByName(other.id, project.name),
        existing: await tx.projects.existing(id, [project.id, newId(), defaultProjectId(other.id)]),
        none: await tx.projects.existing(id, []),
      }))
      expect(value).toEqual({
        byId: project,
        byName: project,
        elsewhere: undefined,
        existing: new Set([project.id]),
        none: new Set(),
      })
    })

    it('gives back users with and without all that is optional', async () => {
      const { id } = await founded(store())
      const account = { id: newId<AccountId>(), email: `${newId()}@example.com` }
      const member = aUser(id, {
        type: 'member',
        status: 'active',
        email: account.email,
        accountId: account.id,
        externalId: 'E-1',
      })
      const guest = aUser(id)
      await save(store(), id, async (tx) => {
        await tx.accounts.insert({ ...account, createdAtMs: nowMs })
        await tx.users.insert(member)
        await tx.users.insert(guest)
      })
      const { value } = await store().read(async (tx) => ({
        member: await tx.users.find(member.id),
        guest: await tx.users.findByEmail(id, guest.email),
        account: await tx.accounts.findByEmail(account.email),
        home: await tx.accounts.findHome(account.id),
        owner: await tx.users.findOwner(id),
        invitations: await tx.users.listInvitations(guest.email, page),
        nobody: await tx.users.find(newId<UserId>()),
      }))
      expect(value).toEqual({
        member,
        guest,
        account,
        home: member,
        owner: undefined,
        invitations: [guest],
        nobody: undefined,
      })
    })

    it('updates and filters users', async () => {
      const { id } = await founded(store())
      const [a, b] = [aUser(id, { externalId: 'E-1' }), aUser(id)]
      const changed = { ...b, displayName: 'Bob', attributes: {}, tags: [], version: 2 }
      await save(store(), id, async (tx) => {
        await tx.users.insert(a)
        await tx.users.insert(b)
        await tx.users.update(changed)
      })
      const { value } = await store().read(async (tx) => [
        await tx.users.list(id, { email: b.email }, page),
        await tx.users.list(id, { externalId: 'E-1' }, page),
        await tx.users.list(id, { ids: [b.id], type: 'guest' }, page),
        await tx.users.list(id, { ids: [] }, page),
        await tx.users.list(id, { type: 'owner' }, page),
      ])
      expect(value).toEqual([[changed], [a], [changed], [], []])
    })

    it('gives back, updates, filters and deletes applications', async () => {
      const { id } = await founded(store())
      const a = anApplication(id, { name: 'a', externalId: 'E', tags: ['t'], attributes: { n: 1 } })
      const b = anApplication(id, { name: 'b' })
      const { externalId: _, ...changed } = { ...a, name: 'c' }
      await save(store(), id, async (tx) => {
        await tx.applications.insert(a)
        await tx.applications.insert(b)
      })
      const found = await store().read(async (tx) => [
        await tx.applications.list(id, { name: 'b' }, page),
        await tx.applications.list(id, { externalId: 'E' }, page),
      ])
      expect(found.value).toEqual([[b], [a]])
      await save(store(), id, async (tx) => {
        await tx.applications.update(changed)
        await tx.applications.delete(b.id)
      })
      const left = await store().read((tx) => tx.applications.list(id, {}, page))
      expect(left.value).toEqual([changed])
    })

    it('gives back groups with sorted members, filtered by them', async () => {
      const { id, allUsers, allApplications } = await founded(store())
      const users = [aUser(id), aUser(id)]
      const application = anApplication(id)
      const userIds = users.map((user) => user.id).sort()
      const group = aGroup(id, { userIds, applicationIds: [application.id], tags: ['t'] })
      await save(store(), id, async (tx) => {
        for (const user of users) await tx.users.insert(user)
        await tx.applications.insert(application)
        await tx.groups.insert({ ...group, userIds: [...userIds].reverse() })
      })
      const [userId] = userIds
      if (!userId) throw new Error('no user')
      const { value } = await store().read(async (tx) => ({
        found: await tx.groups.find(group.id),
        all: new Set(await tx.groups.list(id, {}, page)),
        byUser: await tx.groups.list(id, { userId }, page),
        byApplication: await tx.groups.list(id, { applicationId: application.id }, page),
        byName: await tx.groups.list(id, { name: group.name }, page),
      }))
      expect(value).toEqual({
        found: group,
        all: new Set([allUsers, allApplications, group]),
        byUser: [group],
        byApplication: [group],
        byName: [group],
      })
    })

    it('replaces members, and loses those who are deleted', async () => {
      const { id } = await founded(store())
      const [a, b] = [aUser(id), aUser(id)]
      const group = aGroup(id, { userIds: [a.id] })
      const find = () => store().read((tx) => tx.groups.find(group.id))
      await save(store(), id, async (tx) => {
        await tx.users.insert(a)
        await tx.users.insert(b)
        await tx.groups.insert(group)
        await tx.groups.update({ ...group, userIds: [b.id] })
      })
      expect((await find()).value?.userIds).toEqual([a.id])
      const members = { userIds: [b.id], applicationIds: [] }
      await save(store(), id, (tx) => tx.groups.setMembers(group, members))
      expect((await find()).value?.userIds).toEqual([b.id])
      await save(store(), id, (tx) => tx.users.delete(b.id))
      expect((await find()).value?.userIds).toEqual([])
      await save(store(), id, (tx) => tx.groups.delete(group.id))
      expect((await find()).value).toBeUndefined()
    })

    it('pages through a list in order of creation and then id, each element once', async () => {
      const { id } = await founded(store())
      const groups = [3, 1, 2, 2, 2].map((at) => aGroup(id, { createdAtMs: nowMs + at }))
      await save(store(), id, async (tx) => {
        for (const group of groups) await tx.groups.insert(group)
      })
      const seen: PagePosition[] = []
      for (let pages = 0; pages < 5; pages++) {
        const after = seen.at(-1)
        const { value } = await store().read((tx) =>
          tx.groups.list(id, {}, { size: 2, ...(after && { after }) }),
        )
        seen.push(...value)
      }
      const order = [...seen].sort(
        (a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1),
      )
      expect(seen).toHaveLength(groups.length + 2)
      expect(seen).toEqual(order)
    })
  })
}
