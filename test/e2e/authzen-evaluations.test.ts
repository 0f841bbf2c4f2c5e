import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PermissionSetScopeType } from '../../src/grpc/gen/postern/v1/permission_set.js'
import { anApplication, grant } from '../support/acts.js'
import { type AuthzenSystem, type PostOptions, startAuthzen } from '../support/authzen.js'

/** The rules of the AuthZEN Authorization API 1.0 for batches, metadata and tenants. */

const evaluations = '/access/v1/evaluations'
const publicUrl = 'https://pdp.example.com'

let authzen: AuthzenSystem
let robot: { id: string; key: string }
beforeAll(async () => {
  authzen = await startAuthzen({ POSTERN_PUBLIC_URL: publicUrl })
  const { owner } = authzen.system
  await owner.permissionSets.createPermissionSet({
    name: 'Documents',
    permissions: ['can_read', 'can_list'],
    scopeType: PermissionSetScopeType.ORGANIZATION,
  })
  robot = await anApplication(owner)
  const condition = 'has(context.level) ? context.level == "high" : true'
  await grant(owner, robot.id, {
    permissionSetNames: ['Documents'],
    resources: ['document/*'],
    condition,
  })
})
afterAll(() => authzen.close())

const doc = (id: string) => ({ resource: { type: 'document', id } })
const read = { action: { name: 'can_read' } }
const write = { action: { name: 'can_write' } }

function aBatch(items: unknown[], parts: object = {}) {
  return {
    subject: { type: 'application', id: robot.id },
    ...read,
    ...doc('default'),
    evaluations: items,
    ...parts,
  }
}

async function decideAll(body: object, options?: PostOptions) {
  const answer = await authzen.post(evaluations, body, options)
  expect(answer.status).toBe(200)
  const found = answer.body.evaluations as { decision: boolean; context: object }[]
  return found.map(({ decision }) => decision)
}

describe('a batch', () => {
  it('is answered in the order of its evaluations', async () => {
    const items = [doc('1'), { ...doc('2'), ...write }, doc('3'), write, {}]
    expect(await decideAll(aBatch(items))).toEqual([true, false, true, false, true])
  })

  it('lets each evaluation replace each default', async () => {
    const items = [
      {},
      { subject: { type: 'application', id: 'nobody' } },
      write,
      { resource: { type: 'folder', id: '1' } },
      { context: { level: 'low' } },
    ]
    expect(await decideAll(aBatch(items))).toEqual([true, false, false, false, false])
  })

  it('lets what an evaluation says replace the whole default: nothing is merged', async () => {
    const low = { context: { level: 'low', time: 'now' } }
    expect(await decideAll(aBatch([{}, { context: {} }, { context: null }], low))).toEqual([
      false,
      true,
      true,
    ])
    const answer = await authzen.post(evaluations, aBatch([{ resource: { id: '1' } }]))
    expect(answer.body.evaluations).toMatchObject([
      { decision: false, context: { error: { status: 400, reason: 'INVALID_ARGUMENT' } } },
    ])
  })

  it.each([
    ['without evaluations', { evaluations: undefined }],
    ['with no evaluations', { evaluations: [] }],
    ['with null for evaluations', { evaluations: null }],
  ])('%s is a single evaluation', async (_, parts) => {
    const { status, body } = await authzen.post(evaluations, aBatch([], parts))
    expect([status, body.decision, body.evaluations]).toEqual([200, true, undefined])
    const bad = await authzen.post(evaluations, aBatch([], { ...parts, subject: undefined }))
    expect([bad.status, bad.body.message]).toEqual([400, 'subject: must be given'])
  })

  it.each([
    ['nothing', {}],
    ['execute_all', { options: { evaluations_semantic: 'execute_all' } }],
    ['options that nobody knows', { options: { another: true } }],
  ])('is asked as a whole with %s', async (_, parts) => {
    const items = [write, {}, write, {}]
    expect(await decideAll(aBatch(items, parts))).toEqual([false, true, false, true])
  })

  it('ends with the first deny, or the first failure, with deny_on_first_deny', async () => {
    const options = { evaluations_semantic: 'deny_on_first_deny' }
    expect(await decideAll(aBatch([{}, {}, write, {}], { options }))).toEqual([true, true, false])
    expect(await decideAll(aBatch([{}, 'no', {}], { options }))).toEqual([true, false])
    expect(await decideAll(aBatch([{}, {}], { options }))).toEqual([true, true])
  })

  it('ends with the first permit with permit_on_first_permit', async () => {
    const options = { evaluations_semantic: 'permit_on_first_permit' }
    expect(await decideAll(aBatch([write, 'no', {}, {}], { options }))).toEqual([
      false,
      false,
      true,
    ])
    expect(await decideAll(aBatch([write, write], { options }))).toEqual([false, false])
  })

  it.each<[string, unknown, string]>([
    ['text', 'no', 'evaluations[1]'],
    ['null', null, 'evaluations[1]'],
    ['a subject that is text', { subject: 'alice' }, 'evaluations[1].subject'],
    ['a null subject', { subject: null }, 'evaluations[1].subject'],
    ['a subject without an id', { subject: { type: 'user' } }, 'evaluations[1].subject.id'],
    ['a name that is a number', { action: { name: 123 } }, 'evaluations[1].action.name'],
  ])(
    'with an evaluation that is no good answers false in its place: %s',
    async (_, item, field) => {
      const { status, body } = await authzen.post(evaluations, aBatch([{}, item, {}]))
      const [before, failed, after] = body.evaluations as Record<string, unknown>[]
      expect([status, before?.decision, failed?.decision, after?.decision]).toEqual([
        200,
        true,
        false,
        true,
      ])
      const message = expect.stringContaining(`${field}: `)
      expect(failed).toMatchObject({ context: { error: { status: 400, message } } })
    },
  )

  it.each<[string, unknown, string]>([
    ['a name with a star', { action: { name: '*' } }, 'evaluations[1].action.name'],
    ['dot segments', doc('../x'), 'evaluations[1].resource.id'],
    [
      'a project that is no id',
      { resource: { type: 'document', id: '1', properties: { project_id: 'x' } } },
      'evaluations[1].resource.properties.project_id',
    ],
    ['a bad address', { context: { ip: 'x' } }, 'evaluations[1].context.ip'],
    [
      'a key too long',
      { subject: { type: 'api_key', id: 'k'.repeat(257) } },
      'evaluations[1].subject.id',
    ],
  ])('answers false, as alone, for what cannot be: %s', async (_, item, field) => {
    const { body } = await authzen.post(evaluations, aBatch([{}, item, {}]))
    const [before, failed, after] = body.evaluations as Record<string, unknown>[]
    expect([before?.decision, after?.decision]).toEqual([true, true])
    const message = expect.stringContaining(`${field}: `)
    expect(failed).toMatchObject({
      decision: false,
      context: { reason: 'QUESTION_INVALID', message, violations: [{ field }] },
    })
  })

  it('names the default that is at fault, not the evaluation', async () => {
    const { body } = await authzen.post(evaluations, aBatch([{}], { subject: { type: 'user' } }))
    expect(body.evaluations).toMatchObject([
      { decision: false, context: { error: { message: 'subject.id: must be given' } } },
    ])
  })

  it.each<[string, object, string]>([
    ['a default that is text', { subject: 'alice' }, 'subject'],
    ['a context that is a list', { context: [] }, 'context'],
    ['evaluations that are no list', { evaluations: {} }, 'evaluations'],
    ['options that are text', { options: 'all' }, 'options'],
    [
      'an unknown semantic',
      { options: { evaluations_semantic: 'any' } },
      'options.evaluations_semantic',
    ],
    [
      'a numeric semantic',
      { options: { evaluations_semantic: 1 } },
      'options.evaluations_semantic',
    ],
    ['too many evaluations', { evaluations: Array(1_001).fill({}) }, 'evaluations'],
  ])('is 400 as a whole for %s', async (_, parts, field) => {
    const { status, body } = await authzen.post(evaluations, aBatch([{}], parts))
    expect([status, String(body.message).split(':')[0]]).toEqual([400, field])
  })

  it('may ask about keys and about names, each in its place', async () => {
    const key = { subject: { type: 'api_key', id: robot.key } }
    const items = [key, {}, { ...key, ...write }, write, key]
    expect(await decideAll(aBatch(items))).toEqual([true, true, false, false, true])
    const free = { authorization: null }
    expect(await decideAll(aBatch([{}, write], key), free)).toEqual([true, false])
    const mixed = await authzen.post(evaluations, aBatch([key, {}]), free)
    expect(mixed.status).toBe(401)
  })

  it('may hold a thousand evaluations', async () => {
    const items = Array.from({ length: 1_000 }, (_, at) => doc(`${at}`))
    expect(await decideAll(aBatch(items))).toEqual(Array(1_000).fill(true))
  })
})

describe('the metadata', () => {
  const wellKnown = '/.well-known/authzen-configuration'
  const read = async (url: string) => {
    const answer = await fetch(url)
    const body = (await answer.json()) as Record<string, string>
    return { status: answer.status, type: answer.headers.get('content-type'), body }
  }

  it('names the address that clients know, and every operation below it', async () => {
    const { status, type, body } = await read(authzen.url + wellKnown)
    expect([status, type]).toEqual([200, 'application/json'])
    expect(body).toMatchObject({
      policy_decision_point: publicUrl,
      access_evaluation_endpoint: `${publicUrl}/access/v1/evaluation`,
      access_evaluations_endpoint: `${publicUrl}/access/v1/evaluations`,
    })
    expect(Object.values(body)).not.toContain('')
    for (const [name, url] of Object.entries(body)) {
      if (name === 'policy_decision_point') continue
      const { status: answered } = await authzen.post(url.replace(publicUrl, ''), {})
      expect([name, answered]).toEqual([name, 400])
    }
  })

  it('of an organization is between host and path, and names its own operations', async () => {
    const { organizationId } = authzen
    const { status, body } = await read(
      `${authzen.url + wellKnown}/organizations/${organizationId}`,
    )
    const own = `${publicUrl}/organizations/${organizationId}`
    expect(status).toBe(200)
    expect(body).toMatchObject({
      policy_decision_point: own,
      access_evaluation_endpoint: `${own}/access/v1/evaluation`,
    })
    expect((await read(`${authzen.url + wellKnown}/organizations/acme`)).status).toBe(404)
  })
})

/** What is answered to a request with this Host header. */
function hostedAs(host: string, url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())))
    }).on('error', reject)
  })
}

describe('the metadata of a server that was not told its address', () => {
  it('names the one that was reached, whatever the Host header says', async () => {
    const other = await startAuthzen()
    try {
      const answer = await fetch(`${other.url}/.well-known/authzen-configuration`)
      expect(await answer.json()).toMatchObject({ policy_decision_point: other.url })
      const forged = await hostedAs(
        'evil.example',
        `${other.url}/.well-known/authzen-configuration`,
      )
      expect(forged).toMatchObject({ policy_decision_point: other.url })
      const { status } = await other.post('/access/v1/evaluation', {})
      expect(status).toBe(400)
    } finally {
      await other.close()
    }
  })
})

describe('what is asked of one organization', () => {
  const below = (id: string) => `/organizations/${id}/access/v1/evaluation`
  const question = () => ({ subject: { type: 'application', id: robot.id }, ...read, ...doc('1') })
  let bolt: { id: string; key: string }
  beforeAll(async () => {
    const { organization, ownerApiKey } =
      await authzen.system.owner.organizations.createOrganization({
        name: 'Bolt',
        ownerEmail: 'owner@bolt.example',
      })
    bolt = { id: organization?.id ?? '', key: ownerApiKey }
  })

  it('is answered to callers of it', async () => {
    const { status, body } = await authzen.post(below(authzen.organizationId), question())
    expect([status, body.decision]).toEqual([200, true])
  })

  it('is refused with 403 to callers of another', async () => {
    const { status } = await authzen.post(below(bolt.id), question())
    expect(status).toBe(403)
    const authorization = `Bearer ${bolt.key}`
    const answer = await authzen.post(below(authzen.organizationId), question(), { authorization })
    expect(answer.status).toBe(403)
  })

  it('does not know the key of another, however it is asked', async () => {
    const asked = { ...question(), subject: { type: 'api_key', id: bolt.key } }
    const slow = { ...asked, resource: { ...question().resource, properties: { owner: 'ada' } } }
    const free = { authorization: null }
    const unknown = { ...asked, subject: { type: 'api_key', id: bolt.key.replace(/.{8}$/, '') } }
    const single = '/access/v1/evaluation'
    for (const [path, options] of [
      [single, {}],
      [below(authzen.organizationId), {}],
      [below(authzen.organizationId), free],
    ] as const) {
      for (const body of [asked, slow]) {
        const answer = await authzen.post(path, body, options)
        expect(answer.body).toMatchObject({
          decision: false,
          context: { reason: 'KEY_NOT_FOUND', credential_valid: false },
        })
        expect(Object.keys(answer.body.context as object).sort()).toEqual([
          'credential_valid',
          'message',
          'reason',
          'revision',
        ])
      }
      const batch = { evaluations: [asked, unknown] }
      const { body } = await authzen.post(`${path}s`, batch, options)
      expect(JSON.stringify(body)).toContain('KEY_NOT_FOUND')
      expect(JSON.stringify(body)).not.toContain(bolt.id)
    }
    expect((await authzen.post(single, asked, free)).body.decision).toBe(true)
    expect((await authzen.post(below(bolt.id), asked, free)).body.decision).toBe(true)
  })

  it('cannot be about a resource of another', async () => {
    const properties = { organization_id: bolt.id }
    const resource = { type: 'document', id: '1', properties }
    const { status, body } = await authzen.post(below(authzen.organizationId), {
      ...question(),
      resource,
    })
    expect([status, String(body.message).split(':')[0]]).toEqual([
      400,
      'resource.properties.organization_id',
    ])
  })

  it('is 404 for what is the id of none', async () => {
    expect((await authzen.post(below('acme'), question())).status).toBe(404)
  })
})
