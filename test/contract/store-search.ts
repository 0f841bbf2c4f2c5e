import { describe, expect, it } from 'vitest'
import type { ApiKeyId } from '../../src/domain/ids.js'
import { defaultProjectId } from '../../src/domain/project.js'
import type { Found, SearchReader, Slice } from '../../src/service/ports/search.js'
import type { Store } from '../../src/service/ports/store.js'
import {
  aGroup,
  aKey,
  anApplication,
  aPolicy,
  aProject,
  aUser,
  change,
  founded,
  newId,
  nowMs,
  save,
} from './store-fixture.js'

const slice = { descending: false, offset: 0, size: 100 } as const
const byAge = { ...slice, order: 'created_at' } as const

export function describeSearch(store: () => Store): void {
  async function search<T>(work: (reader: SearchReader) => Promise<T>): Promise<T> {
    return (await store().read((tx) => work(tx.search))).value
  }

  async function applications(count: number) {
    const { id } = await founded(store())
    const made = Array.from({ length: count }, (_, index) =>
      anApplication(id, {
        name: `app-${(index * 7) % count}`,
        tags: index % 2 === 0 ? ['even'] : ['odd', 'Even'],
        createdAtMs: nowMs + Math.floor(index / 2),
        updatedAtMs: nowMs - index,
      }),
    )
    await save(store(), id, async (tx) => {
      for (const application of made) await tx.applications.insert(application)
    })
    return { id, made }
  }

  describe('numbered pages', () => {
    it('hold every row once, with the number of all rows, however ties fall', async () => {
      const { id, made } = await applications(7)
      const pages: Found<{ id: string }>[] = []
      for (const offset of [0, 3, 6]) {
        pages.push(
          await search((reader) => reader.applications(id, {}, { ...byAge, offset, size: 3 })),
        )
      }
      const ids = pages.flatMap((page) => page.items.map((item) => item.id))
      expect(new Set(ids)).toEqual(new Set(made.map((each) => each.id)))
      expect(pages.map((page) => [page.items.length, page.total])).toEqual([
        [3, 7],
        [3, 7],
        [1, 7],
      ])
    })

    it.each(['created_at', 'updated_at', 'name'] as const)(
      'are in the order of %s, and backwards',
      async (order) => {
        const { id } = await applications(5)
        const named = (over: Partial<Slice<typeof order>>) =>
          search((reader) => reader.applications(id, {}, { ...slice, order, ...over }))
        const up = (await named({})).items
        const down = (await named({ descending: true })).items
        const value = (item: (typeof up)[number]) =>
          ({ created_at: item.createdAtMs, updated_at: item.updatedAtMs, name: item.name })[order]
        const sorted = [...up].sort((a, b) =>
          value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0,
        )
        expect(up.map(value)).toEqual(sorted.map(value))
        expect(down).toEqual([...up].reverse())
      },
    )

    it('find by tag, telling capitals from small letters, and by id and name', async () => {
      const { id, made } = await applications(5)
      const total = async (filter: Parameters<SearchReader['applications']>[1]) =>
        (await search((reader) => reader.applications(id, filter, byAge))).total
      expect(await total({ tag: 'even' })).toBe(3)
      expect(await total({ tag: 'Even' })).toBe(2)
      expect(await total({ tag: 'eve_' })).toBe(0)
      expect(await total({ ids: made.slice(0, 2).map((each) => each.id) })).toBe(2)
      expect(await total({ ids: [] })).toBe(0)
      expect(await total({ name: 'app-0' })).toBe(1)
    })
  })

  describe('searching', () => {
    async function scene() {
      const { id } = await founded(store())
      const [ada, bob] = [aUser(id, { externalId: 'zoe' }), aUser(id, { type: 'guest' })]
      const robot = anApplication(id)
      const group = aGroup(id, { userIds: [ada.id], applicationIds: [robot.id] })
      const ofGroup = aPolicy(id, { principal: { type: 'group', id: group.id } })
      const ofNobody = aPolicy(id, { name: 'nobody', tags: ['x'] })
      const keys = [
        aKey(id, { type: 'user', id: ada.id }, { expiresAtMs: nowMs + 10 }),
        aKey(id, { type: 'application', id: robot.id }, { description: 'ci' }),
      ] as const
      await save(store(), id, async (tx) => {
        await tx.users.insert(ada)
        await tx.users.insert(bob)
        await tx.applications.insert(robot)
        await tx.groups.insert(group)
        await tx.policies.insert(ofGroup)
        await tx.policies.insert(ofNobody)
        for (const key of keys) await tx.apiKeys.insert(key, { hash: newId() })
      })
      return { id, ada, bob, robot, group, ofGroup, ofNobody, keys }
    }

    it('finds groups by any of their members, and tells implicit ones apart', async () => {
      const { id, ada, bob, robot, group } = await scene()
      const found = async (filter: Parameters<SearchReader['groups']>[1]) =>
        (await search((reader) => reader.groups(id, filter, byAge))).items
      expect(await found({ userIds: [bob.id, ada.id] })).toEqual([group])
      expect(await found({ userIds: [bob.id] })).toEqual([])
      expect(await found({ applicationIds: [robot.id], userIds: [ada.id] })).toEqual([group])
      expect(await found({ implicit: false })).toEqual([group])
      expect(await found({ implicit: true })).toHaveLength(2)
    })

    it('finds policies by principal, or by having none', async () => {
      const { id, group, robot, ofGroup, ofNobody } = await scene()
      const found = async (filter: Parameters<SearchReader['policies']>[1]) =>
        (await search((reader) => reader.policies(id, filter, byAge))).items
      expect(await found({ groupIds: [group.id] })).toEqual([ofGroup])
      expect(await found({ applicationIds: [robot.id] })).toEqual([])
      expect(await found({ detached: true })).toEqual([ofNobody])
      expect(await found({ detached: false })).toEqual([ofGroup])
      expect(await found({ tag: 'x', name: 'nobody' })).toEqual([ofNobody])
    })

    it('finds keys by bearer, kind of bearer, expiry and description', async () => {
      const { id, ada, robot, keys } = await scene()
      const [ofAda, ofRobot] = keys
      const found = async (filter: Parameters<SearchReader['apiKeys']>[1]) =>
        (await search((reader) => reader.apiKeys(id, filter, { ...slice, order: 'expires_at' })))
          .items
      const both = [
        { type: 'user', id: ada.id },
        { type: 'application', id: robot.id },
      ] as const
      expect(await found({ bearers: both })).toEqual([ofAda, ofRobot])
      expect(await found({ bearers: [] })).toEqual([])
      expect(await found({ bearerType: 'application' })).toEqual([ofRobot])
      expect(await found({ expired: { value: true, nowMs: nowMs + 10 } })).toEqual([ofAda])
      expect(await found({ expired: { value: false, nowMs: nowMs + 10 } })).toEqual([ofRobot])
      expect(await found({ description: 'ci', ids: [ofRobot.id] })).toEqual([ofRobot])
    })

    it('finds users by type, and orders them by the name that they go by', async () => {
      const { id, ada, bob } = await scene()
      const order = { ...slice, order: 'username' } as const
      const { items } = await search((reader) => reader.users(id, { type: 'guest' }, order))
      expect(items.map((user) => user.id).sort()).toEqual([ada.id, bob.id].sort())
      expect(items.at(-1)?.externalId).toBe('zoe')
      expect(await search((reader) => reader.users(id, { type: 'owner' }, order))).toEqual({
        items: [],
        total: 0,
      })
    })

    it("finds the organization's own things only", async () => {
      const { ada, robot } = await scene()
      const { id } = await founded(store())
      const found = await search(async (reader) => [
        await reader.users(id, { ids: [ada.id] }, byAge),
        await reader.applications(id, { ids: [robot.id] }, byAge),
      ])
      expect(found.map(({ total }) => total)).toEqual([0, 0])
    })

    it('finds projects by id and name', async () => {
      const { id } = await founded(store())
      const project = aProject(id, { name: 'staging' })
      await save(store(), id, (tx) => tx.projects.insert(project))
      const ids = [project.id, defaultProjectId(id)]
      const named = await search((reader) => reader.projects(id, { name: 'staging' }, byAge))
      expect(named).toEqual({ items: [project], total: 1 })
      expect((await search((reader) => reader.projects(id, { ids }, byAge))).total).toBe(2)
    })

    it('counts the keys of applications', async () => {
      const { robot, ada } = await scene()
      const other = newId<typeof robot.id>()
      const counts = await search((reader) => reader.countKeys([robot.id, other]))
      expect([...counts]).toEqual([[robot.id, 1]])
      expect(ada.id).not.toBe(robot.id)
    })
  })

  describe('the log of acts', () => {
    it('finds acts by kind, thing, text and time, and tells where a key was made', async () => {
      const { id } = await founded(store())
      const keyId = 'SCW00000000000000001' as ApiKeyId
      await store().write(async (tx) => {
        const { audit, ...rest } = change(id)
        const ofKey = { ...audit, resourceType: 'api_key', resourceId: keyId, ip: '192.0.2.7' }
        tx.record({ ...rest, audit: { ...ofKey, action: 'iam:user-api-key:create' } })
        const later = { ...ofKey, action: 'iam:user-api-key:delete', atMs: nowMs + 5 }
        tx.record({ ...rest, audit: later })
      })
      const found = async (filter: Parameters<SearchReader['acts']>[1]) =>
        (await search((reader) => reader.acts(id, filter, byAge))).items.map((act) => act.action)
      expect(await found({ resourceType: 'api_key', kind: 'created' })).toEqual([
        'iam:user-api-key:create',
      ])
      expect(await found({ kind: 'deleted' })).toEqual(['iam:user-api-key:delete'])
      expect(await found({ kind: 'updated' })).toEqual([])
      expect(await found({ text: keyId, fromMs: nowMs + 5 })).toEqual(['iam:user-api-key:delete'])
      expect(await found({ text: keyId, beforeMs: nowMs + 5 })).toEqual(['iam:user-api-key:create'])
      const origins = await search((reader) => reader.originsOfKeys(id, [keyId]))
      expect([...origins]).toEqual([[keyId, '192.0.2.7']])
    })

    it('finds one act by its id, and nothing by another', async () => {
      const { id } = await founded(store())
      const { items } = await search((reader) => reader.acts(id, {}, byAge))
      const [first] = items
      if (!first) throw new Error('founding leaves an act')
      expect(await search((reader) => reader.findAct(first.id))).toEqual(first)
      expect(await search((reader) => reader.findAct(newId()))).toBeUndefined()
    })
  })
}
