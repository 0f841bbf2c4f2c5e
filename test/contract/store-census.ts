import { describe, expect, it } from 'vitest'
import { quotaNouns } from '../../src/domain/quota.js'
import type { Store } from '../../src/service/ports/store.js'
import {
  aGroup,
  aKey,
  anApplication,
  aPolicy,
  aProject,
  aUser,
  founded,
  newId,
  save,
} from './store-fixture.js'

export function describeCensus(store: () => Store): void {
  async function counted(id: Awaited<ReturnType<typeof founded>>['id']) {
    const { value } = await store().write(async (tx) => {
      const counts: [string, number][] = []
      for (const noun of quotaNouns) counts.push([noun, await tx.census.count(id, noun)])
      return Object.fromEntries(counts)
    })
    return value
  }

  describe('a census', () => {
    it('counts what the organization has, without what it has by itself and what others have', async () => {
      const [one, two] = [await founded(store()), await founded(store())]
      const application = anApplication(one.id)
      const bearer = { type: 'application', id: application.id } as const
      await save(store(), one.id, async (tx) => {
        await tx.users.insert(aUser(one.id))
        await tx.applications.insert(application)
        await tx.groups.insert(aGroup(one.id))
        await tx.policies.insert(aPolicy(one.id))
        await tx.policies.insert(aPolicy(one.id))
        await tx.apiKeys.insert(aKey(one.id, bearer), { hash: newId() })
        await tx.projects.insert(aProject(one.id))
      })
      const none = { users: 0, applications: 0, groups: 0, policies: 0, api_keys: 0, projects: 1 }
      const some = { users: 1, applications: 1, groups: 1, policies: 2, api_keys: 1, projects: 2 }
      expect([await counted(one.id), await counted(two.id)]).toEqual([some, none])
    })

    it('sees what its own transaction made and deleted', async () => {
      const { id } = await founded(store())
      const group = aGroup(id)
      await save(store(), id, async (tx) => {
        await tx.groups.insert(group)
        expect(await tx.census.count(id, 'groups')).toBe(1)
        await tx.groups.delete(group.id)
        expect(await tx.census.count(id, 'groups')).toBe(0)
      })
    })
  })
}
