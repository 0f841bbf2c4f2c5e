import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  CheckRequest,
  CheckResponse,
} from '../../src/grpc/gen/envoy/service/auth/v3/external_auth.js'
import { envoyCheck } from '../support/proxy/envoy-check.js'
import { passingForms, stoppedForms } from '../support/proxy/envoy-forms.js'
import { falseClaims, hostileForms } from '../support/proxy/hostile-forms.js'
import type { RawRequest } from '../support/proxy/raw-request.js'
import { aReader } from '../support/proxy/reader.js'
import { startSystem, type TestSystem } from '../support/system.js'

const routes = fileURLToPath(new URL('../../examples/routes.yaml', import.meta.url))
const path = '/envoy.service.auth.v3.Authorization/Check'

/** As Envoy builds it: names in small letters, those sent twice joined by a comma or kept apart. */
function checkOf({ method = 'GET', target, headers = [] }: RawRequest, isRaw: boolean): Buffer {
  const pairs = headers.map((line): [string, string] => {
    const [name = '', ...value] = line.split(': ')
    return [name.toLowerCase(), value.join(': ')]
  })
  const joined: Record<string, string> = {}
  for (const [name, value] of pairs) {
    joined[name] = name in joined ? `${joined[name]},${value}` : value
  }
  const raw = pairs.map(([key, value]) => ({ key, rawValue: Buffer.from(value, 'latin1') }))
  const fields = isRaw ? { headerMap: { headers: raw } } : { headers: joined }
  const http = { method, path: target, host: 'app.test', ...fields }
  const request = CheckRequest.fromPartial({ attributes: { request: { http } } } as object)
  return Buffer.from(CheckRequest.encode(request).finish())
}

describe.each(['on', 'off'])('ext_authz with our own transport %s', (wire) => {
  let system: TestSystem
  let reader: { id: string; key: string }
  beforeAll(async () => {
    system = await startSystem({ POSTERN_WIRE: wire, POSTERN_ROUTES_FILE: routes })
    reader = await aReader(system)
  })
  afterAll(() => system.close())

  const check = async (bytes: Buffer) => CheckResponse.decode(await system.as('').raw(path, bytes))
  const allowed = () => ({
    target: '/files/public/a?b=c',
    headers: [`Authorization: Bearer ${reader.key}`],
  })

  it.each([true, false])('allows what the policies allow, raw headers %s', async (isRaw) => {
    const { status, httpResponse } = await check(checkOf(allowed(), isRaw))
    expect(status?.code).toBe(0)
    expect(JSON.stringify(httpResponse)).toContain(`application:${reader.id}`)
  })

  const forms = hostileForms('KEY', 'OTHER').map(([form], at) => ({ form, at }))
  it.each(forms)('denies $form, with a status', async ({ at }) => {
    const [, request] = hostileForms(reader.key, system.founded.ownerKey.secret)[at] ?? []
    if (!request) throw new Error('no such form')
    for (const isRaw of [true, false]) {
      const { status, httpResponse } = await check(checkOf(request, isRaw))
      expect([7, 16]).toContain(status?.code)
      expect(httpResponse?.$case).toBe('deniedResponse')
    }
  })

  const claims = falseClaims('KEY').map(([form], at) => ({ form, at }))
  it.each(claims)('denies the claim by $form', async ({ at }) => {
    const [, request] = falseClaims(reader.key)[at] ?? []
    if (!request) throw new Error('no such form')
    for (const isRaw of [true, false]) {
      expect((await check(checkOf(request, isRaw))).status?.code).toBe(7)
    }
  })

  it.each(passingForms('KEY').map(([form], at) => ({ form, at })))(
    'allows what Envoy builds with $form',
    async ({ at }) => {
      const [, request] = passingForms(reader.key)[at] ?? []
      if (!request) throw new Error('no such form')
      for (const isRaw of [true, false]) {
        const { status, httpResponse } = await check(envoyCheck(request, isRaw))
        expect([status?.code, httpResponse?.$case]).toEqual([0, 'okResponse'])
      }
    },
  )

  it.each(stoppedForms('KEY', 'OTHER').map(([form], at) => ({ form, at })))(
    'denies what Envoy builds with $form',
    async ({ at }) => {
      const [, request] = stoppedForms(reader.key, system.founded.ownerKey.secret)[at] ?? []
      if (!request) throw new Error('no such form')
      for (const isRaw of [true, false]) {
        const { status, httpResponse } = await check(envoyCheck(request, isRaw))
        expect([7, 16]).toContain(status?.code)
        expect(httpResponse?.$case).toBe('deniedResponse')
      }
    },
  )

  it('has what the application must not be told removed, in both spellings', async () => {
    const { httpResponse } = await check(checkOf(allowed(), false))
    if (httpResponse?.$case !== 'okResponse') throw new Error('denied')
    const { headers, headersToRemove } = httpResponse.value
    const told = headers.map(({ header }) => header?.key ?? '')
    expect(told).toEqual(expect.arrayContaining(['postern-principal', 'postern-organization']))
    expect(headersToRemove).toEqual(
      expect.arrayContaining([
        ...['postern_principal', 'postern_access_key', 'postern-decision', 'postern-proxy-key'],
      ]),
    )
    expect(headersToRemove.filter((name) => told.includes(name))).toEqual([])
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['garbage', Buffer.from('ffffffffff', 'hex')],
    ['no request', Buffer.from('0a00', 'hex')],
    ['no http', Buffer.from('0a022200', 'hex')],
    ['an empty http', Buffer.from('0a0422021200', 'hex')],
  ])('denies %s, with a status', async (_, bytes) => {
    expect((await check(bytes)).status?.code).toBe(7)
  })
})
