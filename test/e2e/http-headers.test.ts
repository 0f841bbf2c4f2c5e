import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AuthzenSystem, startAuthzen } from '../support/authzen.js'

/** What is answered from memory goes another way out than the rest, and must not be told by it. */

let authzen: AuthzenSystem
beforeAll(async () => {
  authzen = await startAuthzen()
})
afterAll(() => authzen.close())

const ours = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
/** Of the connection, the same on both ways. */
const common = ['connection', 'content-length', 'date', 'keep-alive', 'x-request-id']

async function send(path: string, headers: Readonly<Record<string, string>>, body?: object) {
  const method = body ? 'POST' : 'GET'
  const type = body && { 'content-type': 'application/json' }
  const sent = { method, headers: { ...type, ...headers }, body: JSON.stringify(body) ?? null }
  const answer = await fetch(authzen.url + path, sent)
  const text = await answer.text()
  const length = String(Buffer.byteLength(text))
  expect(answer.headers.get('content-length')).toBe(length)
  return { status: answer.status, headers: Object.fromEntries(answer.headers), text }
}

it('every answer of AuthZEN has the same headers, however it is found', async () => {
  const headers = { authorization: `Bearer ${authzen.secret}` }
  const subject = { type: 'api_key', id: authzen.secret }
  const asked = { subject, action: { name: 'a' }, resource: { type: 't', id: '' } }
  const attributes = { ...asked.resource, properties: { owner: 'ada' } }
  const quick = await send('/access/v1/evaluation', headers, asked)
  const slow = await send('/access/v1/evaluation', headers, { ...asked, resource: attributes })
  expect([quick.status, quick.text]).toEqual([200, slow.text])
  expect(Object.keys(quick.headers).sort()).toEqual(
    [...Object.keys(ours), ...common, 'content-type'].sort(),
  )
  for (const each of [quick, slow]) {
    expect(each.headers).toMatchObject({ ...ours, 'content-type': 'application/json' })
  }
  expect(Object.keys(slow.headers).sort()).toEqual(Object.keys(quick.headers).sort())
  const refused = await send('/access/v1/evaluation', headers, {})
  expect([refused.status, Object.keys(refused.headers).sort()]).toEqual([
    400,
    Object.keys(quick.headers).sort(),
  ])
})

it('every answer about permissions has the same headers, however it is found', async () => {
  const path = '/iam/v1alpha1/check-permissions'
  const headers = { 'x-auth-token': authzen.secret, 'x-request-id': 'mine' }
  const one = { service: 'compute', name: 'servers', action: 'start' }
  const quick = await send(path, headers, { permissions: [one] })
  const slow = await send(path, headers, { permissions: [one, one] })
  const { responses, revision } = JSON.parse(slow.text)
  expect(JSON.parse(quick.text)).toEqual({ responses: responses.slice(1), revision })
  expect(quick.headers).toMatchObject({ ...ours, 'x-request-id': 'mine' })
  const { date: _date, 'content-length': _length, ...rest } = slow.headers
  expect(quick.headers).toMatchObject(rest)
  expect(Object.keys(quick.headers)).toHaveLength(Object.keys(slow.headers).length)
})

it('what lets through at a proxy says who asked, and nothing more than before', async () => {
  const told = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/', 'x-request-id': 'mine' }
  const headers = { authorization: `Bearer ${authzen.secret}`, ...told }
  const allowed = await send('/forward-auth/action=a%26type=t', headers)
  expect([allowed.status, allowed.text]).toEqual([200, ''])
  expect(allowed.headers).toMatchObject({
    ...ours,
    'x-request-id': 'mine',
    'postern-decision': 'allow',
    'postern-reason': 'OWNER',
    'postern-revision': expect.stringMatching(/^pr1\./),
    'postern-principal': expect.stringMatching(/^user:[0-9a-f-]{36}$/),
    'postern-organization': authzen.organizationId,
    'postern-access-key': expect.stringMatching(/^[A-Z0-9]{20}$/),
  })
  expect(Object.keys(allowed.headers)).toHaveLength(Object.keys(ours).length + common.length + 6)
})

it('a text that is no ASCII is answered whole', async () => {
  const headers = { authorization: `Bearer ${authzen.secret}` }
  const resource = {
    type: 't',
    id: '',
    properties: { organization_id: '0f8fad5b-d9cb-469f-a165-70867728950e' },
  }
  const subject = { type: 'api_key', id: authzen.secret }
  const answer = await send('/access/v1/evaluation', headers, {
    subject,
    action: { name: 'a' },
    resource,
  })
  const { context } = JSON.parse(answer.text)
  expect(context.message).toContain('the key’s')
})

it('a route of a proxy may say all that it can', async () => {
  const told = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/' }
  const headers = { authorization: `Bearer ${authzen.secret}`, ...told }
  const id = '00000000-0000-4000-8000-000000000000'
  const ids = `project_id=${id}&organization_id=${authzen.organizationId}`
  const asked = new URLSearchParams({ action: 'files:read', type: 'server', id: 'a'.repeat(500) })
  const full = await send(`/forward-auth/${encodeURIComponent(`${asked}&${ids}`)}`, headers)
  expect([full.status, full.headers['postern-reason']]).toEqual([403, 'OUT_OF_SCOPE'])
  const placed = await send(
    `/forward-auth/${asked}&organization_id=${authzen.organizationId}`,
    headers,
  )
  expect(placed.status).toBe(200)
})

const anywhere = '00000000-0000-4000-8000-000000000000'

const long = 'a'.repeat(3_000)

it.each([
  ['no URL', 400, '/%zz'],
  ['no path', 404, '/nothing'],
  ['no path of the REST API', 404, '/iam/v1alpha1/nothing'],
  ['an id that is no text', 404, '/iam/v1alpha1/users/%zz'],
  ['an id that is much too long', 404, `/iam/v1alpha1/users/${long}`],
  ['no URL of AuthZEN', 400, '/access/v1/%zz'],
  ['no path of AuthZEN', 404, '/access/v1/nothing'],
  ['a long name', 414, `/.well-known/authzen-configuration/organizations/${long}`],
])('%s is %i, with all headers and the id of its request', async (_, status, path) => {
  const answer = await send(path, { 'x-request-id': 'my-request.1' })
  expect(answer.status).toBe(status)
  expect(answer.headers).toMatchObject({ ...ours, 'x-request-id': 'my-request.1' })
})

it.each([
  '/access/v1/nothing',
  '/access/v1/%zz',
  `/organizations/${anywhere}/access/v1/evaluation`,
  '/.well-known/authzen-configuration',
])('%s repeats an id that is fit for no other API, as the standard wants it', async (path) => {
  const { headers } = await send(path, { 'x-request-id': 'a "b' })
  expect(headers['x-request-id']).toBe('a "b')
})

async function ask(method: string, path: string) {
  const headers = { authorization: `Bearer ${authzen.secret}`, 'x-auth-token': authzen.secret }
  // Without a body, and with a type: each would be refused by itself.
  const answer = await fetch(authzen.url + path, {
    method,
    headers: { ...headers, 'content-type': 'text/csv' },
  })
  return { status: answer.status, allow: answer.headers.get('allow'), text: await answer.text() }
}

it.each([
  ['/livez', 'GET, HEAD', ['OPTIONS', 'POST', 'DELETE', 'PROPFIND']],
  ['/forward-auth/action=a', 'GET, HEAD', ['OPTIONS', 'POST']],
  ['/access/v1/evaluation', 'POST', ['OPTIONS', 'GET', 'HEAD', 'PUT']],
  [`/organizations/${anywhere}/access/v1/evaluation`, 'POST', ['OPTIONS', 'GET']],
  ['/iam/v1alpha1/users', 'GET, HEAD, POST', ['OPTIONS', 'PUT']],
  [`/iam/v1alpha1/users/${anywhere}`, 'DELETE, GET, HEAD, PATCH', ['OPTIONS', 'POST']],
  ['/iam/v1alpha1/rules', 'GET, HEAD, PUT', ['OPTIONS', 'POST']],
] as const)('%s knows %s, and says so to all others', async (path, allow, methods) => {
  for (const method of methods) {
    const answer = await ask(method, path)
    expect([method, answer.status, answer.allow]).toEqual([method, 405, allow])
    if (method !== 'HEAD') expect(answer.text).toContain('only')
  }
})

it.each([
  '/livez',
  '/metrics',
  '/docs',
  '/openapi.json',
  '/iam/v1alpha1/users',
  '/.well-known/authzen-configuration',
  '/forward-auth/action=a',
  '/iam/v1alpha1/users/me',
])('HEAD %s is what GET is, without a body', async (path) => {
  const told = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/' }
  const headers = { 'x-auth-token': authzen.secret, 'x-request-id': 'mine', ...told }
  const [head, got] = await Promise.all(
    ['HEAD', 'GET'].map((method) => fetch(authzen.url + path, { method, headers })),
  )
  expect([head?.status, head?.headers.get('content-type')]).toEqual([
    got?.status,
    got?.headers.get('content-type'),
  ])
  expect([await head?.text(), head?.headers.get('x-request-id')]).toEqual(['', 'mine'])
})
