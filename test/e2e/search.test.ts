import { status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { Resource } from '../../src/grpc/gen/postern/v1/authorization.js'
import { anAdministrator, anApplication, fresh } from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { onBothStores } from '../support/on-both-stores.js'

const denied = { code: status.PERMISSION_DENIED, reason: 'PERMISSION_DENIED' }
const nobody = '00000000-0000-4000-8000-000000000000'

function resource(parts: Partial<Resource>): Resource {
  return Resource.fromPartial(parts as object)
}

onBothStores('registered resources', (system) => {
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
      ]
      for (const [permission, call] of calls) {
        const refusal = await refusalOf(call())
        expect(refusal, permission).toMatchObject(denied)
        expect(refusal.message).toContain(`\`${permission}\``)
      }
      const reader = as((await anAdministrator(owner, 'IAMReadOnly')).key)
      await reader.resources.getRegisteredResource(named)
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
