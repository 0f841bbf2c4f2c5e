import { describe, expect, it } from 'vitest'
import type { ProjectId } from '../../src/domain/ids.js'
import { defaultProjectId } from '../../src/domain/project.js'
import type { Store } from '../../src/service/ports/store.js'
import { aProject, aResource, founded, newId, type OpenedStore, save } from './store-fixture.js'

const page = { size: 100 }

export function describeResources(store: () => Store, query: OpenedStore['query']): void {
  describe('registered resources', () => {
    it('come back as they were stored, updated and deleted', async () => {
      const { id } = await founded(store())
      const attributes = { k: 1, teams: ['x'], nested: { deep: null } }
      const resource = aResource(id, { projectId: defaultProjectId(id), attributes })
      const { projectId: _, ...own } = { ...resource, name: '', locality: '', version: 2 }
      const read = async () => (await store().read((tx) => tx.resources.find(id, resource))).value
      await save(store(), id, (tx) => tx.resources.insert(resource))
      expect(await read()).toEqual(resource)
      await save(store(), id, (tx) => tx.resources.update(own))
      expect(await read()).toEqual(own)
      await save(store(), id, (tx) => tx.resources.delete(id, resource))
      expect(await read()).toBeUndefined()
    })

    it('are one for each type and id of an organization, by the bytes of both', async () => {
      const { id } = await founded(store())
      const other = await founded(store())
      const resource = aResource(id, { id: 'web' })
      await save(store(), id, async (tx) => {
        await tx.resources.insert(resource)
        await tx.resources.insert(aResource(id, { id: 'Web' }))
        await tx.resources.insert(aResource(id, { id: 'web', type: 'Server' }))
      })
      await save(store(), other.id, (tx) => tx.resources.insert(aResource(other.id, { id: 'web' })))
      const again = save(store(), id, (tx) => tx.resources.insert(resource))
      await expect(again).rejects.toMatchObject({ kind: 'already-exists' })
      await save(store(), other.id, (tx) => tx.resources.delete(other.id, resource))
      const { value } = await store().read((tx) => tx.resources.list(id, {}, page))
      expect(value.map((each) => `${each.type}/${each.id}`)).toEqual([
        'Server/web',
        'server/Web',
        'server/web',
      ])
    })

    it('are listed by type and project, page by page', async () => {
      const { id } = await founded(store())
      const project = aProject(id)
      const make = (type: string, name: string, projectId?: ProjectId) =>
        aResource(id, { type, id: name, ...(projectId && { projectId }) })
      await save(store(), id, async (tx) => {
        await tx.projects.insert(project)
        await tx.resources.insert(make('server', 'b', project.id))
        await tx.resources.insert(make('server', 'a'))
        await tx.resources.insert(make('disk', 'a/b'))
        await tx.resources.insert(make('disk', 'z', project.id))
      })
      const list = async (filter: { type?: string; projectId?: ProjectId }, after?: string) => {
        const [type = '', name = ''] = after?.split(' ') ?? []
        const from = after === undefined ? {} : { after: { type, id: name } }
        const { value } = await store().read((tx) =>
          tx.resources.list(id, filter, { size: 3, ...from }),
        )
        return value.map((each) => `${each.type} ${each.id}`)
      }
      expect(await list({})).toEqual(['disk a/b', 'disk z', 'server a'])
      expect(await list({}, 'server a')).toEqual(['server b'])
      expect(await list({ type: 'server' })).toEqual(['server a', 'server b'])
      expect(await list({ projectId: project.id })).toEqual(['disk z', 'server b'])
      expect(await list({ projectId: project.id }, 'disk z')).toEqual(['server b'])
    })

    it('go with their project and with their organization, and are in one of its own', async () => {
      const { id } = await founded(store())
      const other = await founded(store())
      const project = aProject(id)
      const inside = aResource(id, { projectId: project.id })
      const outside = aResource(id)
      await save(store(), id, async (tx) => {
        await tx.projects.insert(project)
        await tx.resources.insert(inside)
        await tx.resources.insert(outside)
      })
      for (const projectId of [newId<ProjectId>(), defaultProjectId(other.id)]) {
        const astray = save(store(), id, (tx) => tx.resources.insert(aResource(id, { projectId })))
        await expect(astray).rejects.toMatchObject({ reason: 'REFERENCE_NOT_FOUND' })
      }
      await save(store(), id, (tx) => tx.projects.delete(project))
      const left = await store().read((tx) => tx.resources.list(id, {}, page))
      expect(left.value).toEqual([outside])
      await save(store(), id, (tx) => tx.organizations.delete(id))
      expect(await query(`select id from resources where organization_id = '${id}'`)).toEqual([])
    })

    it('are not guessed at when they cannot be read', async () => {
      const { id } = await founded(store())
      const resource = aResource(id)
      await save(store(), id, (tx) => tx.resources.insert(resource))
      await query(`update resources set attributes = '[1' where id = '${resource.id}'`)
      const read = store().read((tx) => tx.resources.find(id, resource))
      await expect(read).rejects.toMatchObject({ reason: 'RECORD_UNREADABLE' })
    })
  })
}
