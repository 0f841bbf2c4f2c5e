import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Resource } from '../../src/grpc/gen/postern/v1/authorization.js'
import { PermissionSetScopeType } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { Effect } from '../../src/grpc/gen/postern/v1/policy.js'
import { anAdministrator, anApplication, aRule, grant } from '../support/acts.js'
import { type AuthzenSystem, type PostOptions, startAuthzen } from '../support/authzen.js'

/** The rules of the AuthZEN Authorization API 1.0 for searches. */

const path = (kind: string) => `/access/v1/search/${kind}`
const actions = ['note:read', 'note:write', 'note:share']

interface Found {
  readonly status: number
  readonly results: readonly Record<string, unknown>[]
  readonly next: string | undefined
}

let authzen: AuthzenSystem
let ada: { id: string }
let robot: { id: string; key: string }
let owner: string
let projectId: string
beforeAll(async () => {
  authzen = await startAuthzen()
  const api = authzen.system.owner
  owner = authzen.system.founded.owner.id
  ada = await api.users.createUser({ email: 'ada@acme.example', externalId: 'idp|ada' })
  robot = await anApplication(api)
  projectId = (await api.projects.createProject({ name: 'notes' })).id
  const { ORGANIZATION, PROJECTS } = PermissionSetScopeType
  for (const [name, scopeType, permissions] of [
    ['Notes', ORGANIZATION, actions],
    ['NotesInProjects', PROJECTS, ['note:read']],
  ] as const) {
    await api.permissionSets.createPermissionSet({ name, scopeType, permissions: [...permissions] })
  }
  // Through a group, since searches follow groups.
  const group = await api.groups.createGroup({ name: 'writers' })
  await api.groups.addGroupMembers({
    groupId: group.id,
    userIds: [ada.id],
    applicationIds: [robot.id],
  })
  await api.policies.createPolicy({
    name: 'writers write',
    principal: { $case: 'groupId', value: group.id },
    rules: [
      aRule({
        permissionSetNames: ['Notes'],
        resources: ['note/*'],
        condition: 'has(context.closed) ? !context.closed : true',
      }),
      aRule({ permissionSetNames: ['NotesInProjects'] }),
      aRule({ effect: Effect.DENY, permissionSetNames: ['Notes'], resources: ['note/secret'] }),
    ],
  })
  for (const id of ['a', 'b', 'c', 'secret']) await register({ type: 'note', id })
  const attributes = { colour: 'red' }
  await register({ type: 'note', id: 'd', projectId, name: 'D', locality: 'fr-par', attributes })
  await register({ type: 'page', id: 'a' })
})
afterAll(() => authzen.close())

async function register(parts: object): Promise<void> {
  const resource = Resource.fromPartial(parts)
  await authzen.system.owner.resources.registerResource({ resource })
}

async function search(kind: string, body: unknown, options?: PostOptions): Promise<Found> {
  const answer = await authzen.post(path(kind), body, options)
  const { results = [], page } = answer.body as {
    results?: Record<string, unknown>[]
    page?: { next_token: string }
  }
  return { status: answer.status, results, next: page?.next_token }
}

const subject = () => ({ type: 'user', id: ada.id })
const action = { name: 'note:write' }
const resource = { type: 'note', id: 'a' }

describe('a search for subjects', () => {
  const asked = (type: string, parts: object = {}) => ({
    subject: { type },
    action,
    resource,
    ...parts,
  })

  it('finds the users who may, themselves or by their groups', async () => {
    const { status, results, next } = await search('subject', asked('user'))
    expect([status, next]).toEqual([200, ''])
    expect(results).toEqual([
      { type: 'user', id: owner },
      { type: 'user', id: ada.id },
    ])
  })

  it('finds the applications who may, and both as identities', async () => {
    const application = { type: 'application', id: robot.id }
    expect((await search('subject', asked('application'))).results).toEqual([application])
    expect((await search('subject', asked('identity'))).results).toEqual([
      { type: 'identity', id: owner },
      { type: 'identity', id: ada.id },
      { type: 'identity', id: robot.id },
    ])
  })

  it('ignores an id of the subject', async () => {
    const narrow = { subject: { type: 'user', id: 'nobody' } }
    expect((await search('subject', asked('user', narrow))).results).toHaveLength(2)
  })

  it('finds nobody of a type that nobody knows, nor any key', async () => {
    for (const type of ['device', 'api_key', 'User']) {
      expect(await search('subject', asked(type))).toEqual({ status: 200, results: [], next: '' })
    }
  })

  it('reads the context', async () => {
    const { results } = await search('subject', asked('user', { context: { closed: true } }))
    expect(results).toEqual([{ type: 'user', id: owner }])
  })
})

describe('a search for resources', () => {
  const asked = (type: string, parts: object = {}) => ({
    subject: subject(),
    action: { name: 'note:read' },
    resource: { type },
    ...parts,
  })

  it('finds the registered resources of the type, as they can be asked about', async () => {
    const { status, results } = await search('resource', asked('note'))
    expect(status).toBe(200)
    expect(results).toEqual([
      { type: 'note', id: 'a', properties: {} },
      { type: 'note', id: 'b', properties: {} },
      { type: 'note', id: 'c', properties: {} },
      {
        type: 'note',
        id: 'd',
        properties: { colour: 'red', project_id: projectId, name: 'D', locality: 'fr-par' },
      },
    ])
  })

  it('finds those of one project', async () => {
    const of = (properties: object) =>
      search('resource', asked('note', { resource: { type: 'note', properties } }))
    expect((await of({ project_id: projectId })).results.map(({ id }) => id)).toEqual(['d'])
    expect((await of({ organization_id: robot.id })).results).toEqual([])
    expect((await of({ organization_id: authzen.organizationId })).results).toHaveLength(4)
  })

  it('ignores an id of the resource', async () => {
    const narrow = { resource: { type: 'note', id: 'a' } }
    expect((await search('resource', asked('note', narrow))).results).toHaveLength(4)
  })

  it('finds nothing of an unknown type, nor for an unknown subject', async () => {
    const found = [
      await search('resource', asked('comet')),
      await search('resource', asked('note', { subject: { type: 'user', id: 'nobody' } })),
      await search('resource', asked('note', { subject: { type: 'device', id: 'x' } })),
      await search('resource', asked('note', { subject: { type: 'api_key', id: robot.key } })),
    ]
    expect(found).toEqual(Array(4).fill({ status: 200, results: [], next: '' }))
  })
})

describe('a search for actions', () => {
  const asked = (parts: object = {}) => ({ subject: subject(), resource, ...parts })
  const names = ({ results }: Found) => results.map(({ name }) => name)

  it('finds what the subject may do, by any of its names', async () => {
    for (const id of [ada.id, 'idp|ada', 'ada@acme.example']) {
      const found = await search('action', asked({ subject: { type: 'user', id } }))
      expect(names(found)).toEqual(['note:read', 'note:share', 'note:write'])
    }
  })

  it('ignores an action', async () => {
    for (const given of [{ name: 'note:read' }, 'text', 1]) {
      expect(names(await search('action', asked({ action: given })))).toHaveLength(3)
    }
  })

  it('reads resource and context', async () => {
    const secret = { resource: { type: 'note', id: 'secret' } }
    expect(names(await search('action', asked(secret)))).toEqual([])
    expect(names(await search('action', asked({ context: { closed: true } })))).toEqual([])
  })

  it('finds nothing for a subject that nobody knows', async () => {
    const nobody = { subject: { type: 'user', id: 'nobody' } }
    expect(await search('action', asked(nobody))).toEqual({ status: 200, results: [], next: '' })
  })
})

describe('what a search finds', () => {
  it('an evaluation allows, and what it does not find it denies', async () => {
    const read = { name: 'note:read' }
    const decide = async (parts: object) => {
      const question = { subject: subject(), action: read, resource, ...parts }
      return (await authzen.post('/access/v1/evaluation', question)).body.decision
    }
    const found = await search('resource', {
      subject: subject(),
      action: read,
      resource: { type: 'note' },
    })
    for (const each of found.results) expect(await decide({ resource: each })).toBe(true)
    expect(await decide({ resource: { type: 'note', id: 'secret' } })).toBe(false)
    const who = await search('subject', { subject: { type: 'identity' }, action: read, resource })
    for (const each of who.results) expect(await decide({ subject: each })).toBe(true)
    const what = await search('action', { subject: subject(), resource })
    for (const each of what.results) expect(await decide({ action: each })).toBe(true)
  })
})

describe('a page of a search', () => {
  const asked = (page: unknown, parts: object = {}) => ({
    subject: subject(),
    action: { name: 'note:read' },
    resource: { type: 'note' },
    page,
    ...parts,
  })

  it('is as long as its limit, and names the next until there is none', async () => {
    const ids: unknown[] = []
    for (let token: string | undefined = ''; ; ) {
      const found: Found = await search('resource', asked({ token, limit: 3 }))
      expect(found.results.length).toBeLessThanOrEqual(3)
      ids.push(...found.results.map(({ id }) => id))
      token = found.next
      if (token === '') break
    }
    expect(ids).toEqual(['a', 'b', 'c', 'd'])
  })

  it.each([undefined, null, {}, { token: '' }, { limit: 0 }, { properties: { any: 1 } }])(
    'is the whole result, where that fits, when it is asked for as %j',
    async (page) => {
      expect(await search('resource', asked(page))).toMatchObject({ status: 200, next: '' })
      expect((await search('resource', asked(page))).results).toHaveLength(4)
    },
  )

  it('is refused when a token comes with another question', async () => {
    const { next } = await search('resource', asked({ limit: 2 }))
    expect(next).not.toBe('')
    for (const parts of [
      { action: { name: 'note:write' } },
      { resource: { type: 'page' } },
      { subject: { type: 'application', id: robot.id } },
      { context: { closed: false } },
    ]) {
      const { status, body } = await authzen.post(
        path('resource'),
        asked({ token: next, limit: 2 }, parts),
      )
      expect([status, String(body.message).split(':')[0]]).toEqual([400, 'page.token'])
    }
  })

  it.each<[string, unknown, string]>([
    ['text', 'next', 'page'],
    ['a list', [], 'page'],
    ['a negative limit', { limit: -1 }, 'page.limit'],
    ['a limit that is no whole number', { limit: 1.5 }, 'page.limit'],
    ['a limit that is text', { limit: '10' }, 'page.limit'],
    ['a numeric token', { token: 1 }, 'page.token'],
    ['a token of nobody', { token: 'garbage' }, 'page.token'],
  ])('is 400 for %s', async (_, page, field) => {
    const { status, body } = await authzen.post(path('resource'), asked(page))
    expect([status, String(body.message).split(':')[0]]).toEqual([400, field])
  })
})

describe('a bad search is 400 and names the field', () => {
  const type = 'note'
  it.each<[string, string, () => object, string]>([
    ['subject', 'no subject', () => ({ action, resource }), 'subject'],
    [
      'subject',
      'no type of the subject',
      () => ({ subject: {}, action, resource }),
      'subject.type',
    ],
    ['subject', 'no action', () => ({ subject: { type }, resource }), 'action'],
    [
      'subject',
      'no id of the resource',
      () => ({ subject: { type }, action, resource: { type } }),
      'resource.id',
    ],
    ['resource', 'no subject', () => ({ action, resource: { type } }), 'subject'],
    [
      'resource',
      'no id of the subject',
      () => ({ subject: { type }, action, resource: { type } }),
      'subject.id',
    ],
    ['resource', 'no resource', () => ({ subject: subject(), action }), 'resource'],
    [
      'resource',
      'no type of the resource',
      () => ({ subject: subject(), action, resource: {} }),
      'resource.type',
    ],
    ['action', 'no subject', () => ({ resource }), 'subject'],
    ['action', 'no resource', () => ({ subject: subject() }), 'resource'],
    [
      'action',
      'no id of the resource',
      () => ({ subject: subject(), resource: { type } }),
      'resource.id',
    ],
    ['action', 'text', () => 'text' as unknown as object, 'body'],
  ])('%s: %s', async (kind, _, body, field) => {
    const answer = await authzen.post(path(kind), JSON.stringify(body()))
    expect([answer.status, String(answer.body.message).split(':')[0]]).toEqual([400, field])
  })
})

describe('a search for what cannot be finds nothing', () => {
  const type = 'note'
  it.each<[string, string, () => object]>([
    [
      'subject',
      'a name with a space',
      () => ({ subject: { type: 'user' }, action: { name: 'a b' }, resource }),
    ],
    [
      'subject',
      'dot segments',
      () => ({ subject: { type: 'user' }, action, resource: { type, id: '../x' } }),
    ],
    [
      'resource',
      'a type with a slash',
      () => ({ subject: subject(), action, resource: { type: 'a/b' } }),
    ],
    [
      'resource',
      'a project that is no id',
      () => ({ subject: subject(), action, resource: { type, properties: { project_id: 'x' } } }),
    ],
    [
      'resource',
      'a long id',
      () => ({ subject: { type: 'user', id: 'a'.repeat(257) }, action, resource: { type } }),
    ],
    ['action', 'a bad address', () => ({ subject: subject(), resource, context: { ip: 'x' } })],
    ['action', 'an id with NUL', () => ({ subject: { type: 'user', id: '\u0000' }, resource })],
  ])('%s: %s', async (kind, _, body) => {
    const { status, body: found } = await authzen.post(path(kind), body())
    expect([status, found]).toMatchObject([200, { results: [], page: { next_token: '' } }])
  })
})

describe('who searches', () => {
  const body = () => ({ subject: subject(), resource })

  it('is refused with 401 without a key, wherever it calls from', async () => {
    const answer = await authzen.post(path('action'), body(), { authorization: null })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="postern"',
    ])
    // Before anybody looks at the body.
    expect((await authzen.post(path('action'), '{', { authorization: null })).status).toBe(401)
  })

  it('needs the permission to search, and no other', async () => {
    const api = authzen.system.owner
    for (const verb of ['ask', 'search']) {
      await api.permissionSets.createPermissionSet({
        name: `May-${verb}`,
        permissions: [`iam:decision:${verb}`],
        scopeType: PermissionSetScopeType.ORGANIZATION,
      })
    }
    const asker = await anApplication(api)
    await grant(api, asker.id, { permissionSetNames: ['May-ask'] })
    const searcher = await anApplication(api)
    await grant(api, searcher.id, { permissionSetNames: ['May-search'] })
    const as = async ({ key }: { key: string }) => {
      const answer = await authzen.post(path('action'), body(), { authorization: `Bearer ${key}` })
      return [answer.status, answer.body.message]
    }
    expect(await as(asker)).toEqual([403, expect.stringContaining('`iam:decision:search`')])
    expect(await as(searcher)).toEqual([200, undefined])
  })

  it('finds nothing of another organization, and is refused below its path', async () => {
    const { organization, ownerApiKey } =
      await authzen.system.owner.organizations.createOrganization({
        name: 'Bolt',
        ownerEmail: 'owner@bolt.example',
      })
    const authorization = `Bearer ${ownerApiKey}`
    const resources = { subject: subject(), action, resource: { type: 'note' } }
    expect((await search('resource', resources, { authorization })).results).toEqual([])
    const below = (id = '') => authzen.post(`/organizations/${id}${path('action')}`, body())
    expect((await below(organization?.id)).status).toBe(403)
    expect((await below(authzen.organizationId)).status).toBe(200)
  })

  it('finds its X-Request-ID in the answer', async () => {
    const headers = { 'x-request-id': 'odd "id"' }
    const answer = await authzen.post(path('action'), body(), { headers })
    expect(answer.headers.get('x-request-id')).toBe('odd "id"')
  })
})

it('is named in the metadata, each search by itself', async () => {
  const answer = await fetch(`${authzen.url}/.well-known/authzen-configuration`)
  expect(await answer.json()).toMatchObject({
    search_subject_endpoint: `${authzen.url}${path('subject')}`,
    search_resource_endpoint: `${authzen.url}${path('resource')}`,
    search_action_endpoint: `${authzen.url}${path('action')}`,
  })
})

it('is open to administrators of the catalogue who may search', async () => {
  const admin = await anAdministrator(authzen.system.owner, 'IAMManager')
  const authorization = `Bearer ${admin.key}`
  const { status } = await search('action', { subject: subject(), resource }, { authorization })
  expect(status).toBe(200)
})
