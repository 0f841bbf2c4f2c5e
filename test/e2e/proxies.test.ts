import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.js'
import { type Application, startApplication } from '../support/proxy/application.js'
import { falseClaims, hostileForms } from '../support/proxy/hostile-forms.js'
import { type ProxyName, type RunningProxy, startProxy } from '../support/proxy/proxy.js'
import { sendRaw } from '../support/proxy/raw-request.js'
import { aReader } from '../support/proxy/reader.js'
import { startReplica, startSystem, type TestSystem } from '../support/system.js'

const example = fileURLToPath(new URL('../../examples/routes.yaml', import.meta.url))

/** The example's, and a host on which the same paths ask what nobody may do. */
const routes = readFileSync(example, 'utf8').replace(
  /^routes:$/m,
  'routes:\n  - { host: closed.test, path: "/{path**}", action: "files:nothing" }',
)

/** What the application is told by an allow. */
const tellings = [
  'postern-access-key',
  'postern-organization',
  'postern-principal',
  'postern-revision',
]

describe.each<ProxyName>(['nginx', 'caddy', 'haproxy'])('%s with its example', (name) => {
  let directory: string
  let settings: Record<string, string>
  let postern: TestSystem
  let application: Application
  let proxy: RunningProxy
  let reader: { id: string; key: string }
  let posternPort: number

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'postern-proxied-'))
    posternPort = await freePort()
    const routesFile = join(directory, 'routes.yaml')
    writeFileSync(routesFile, routes)
    settings = {
      POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
      POSTERN_HTTP_LISTEN: `127.0.0.1:${posternPort}`,
      POSTERN_ROUTES_FILE: routesFile,
    }
    postern = await startSystem(settings)
    application = await startApplication()
    proxy = await startProxy(name, { posternPort, applicationPort: application.port })
    reader = await aReader(postern)
  })
  afterAll(async () => {
    await proxy.stop()
    await application.close()
    await postern.close()
    rmSync(directory, { recursive: true })
  })

  const allowed = (...headers: string[]) =>
    sendRaw(proxy.port, {
      target: '/files/public/a?b=c',
      headers: [`Authorization: Bearer ${reader.key}`, ...headers],
    })

  it('lets through what the policies allow, with who asked', async () => {
    const before = application.reached.length
    expect((await allowed('Postern-Principal: user:somebody-else')).status).toBe(200)
    const [got, ...more] = application.reached.slice(before)
    expect(more).toEqual([])
    expect(got?.line).toBe('GET /files/public/a?b=c')
    expect(got?.headers['postern-principal']).toBe(`application:${reader.id}`)
    expect(got?.headers['postern-revision']).toMatch(/./)
  })

  it('answers 401 with a challenge, and 403 without one', async () => {
    const unknown = await sendRaw(proxy.port, { target: '/files/public/a' })
    expect(unknown.status).toBe(401)
    expect(unknown.text).toMatch(/www-authenticate: Bearer realm="postern"/i)
    const bearer = `Authorization: Bearer ${reader.key}`
    const denied = await sendRaw(proxy.port, { target: '/files/secret/a', headers: [bearer] })
    expect(denied.status).toBe(403)
    expect(denied.text).not.toMatch(/www-authenticate/i)
  })

  it.each(hostileForms('KEY', 'OTHER').map(([form], at) => ({ form, at })))(
    'stops $form',
    async ({ at }) => {
      const [, request] = hostileForms(reader.key, postern.founded.ownerKey.secret)[at] ?? []
      if (!request) throw new Error('no such form')
      const before = application.reached.length
      const { status } = await sendRaw(proxy.port, request)
      expect(application.reached.slice(before)).toEqual([])
      expect(status).not.toBe(200)
    },
  )

  it.each(falseClaims('KEY').map(([form], at) => ({ form, at })))(
    'never tells the application what the client claims by $form',
    async ({ at }) => {
      const [, request] = falseClaims(reader.key)[at] ?? []
      if (!request) throw new Error('no such form')
      const before = application.reached.length
      const { status } = await sendRaw(proxy.port, request)
      const reached = application.reached.slice(before)
      expect([200, 400, 403]).toContain(status)
      expect(reached).toHaveLength(status === 200 ? 1 : 0)
      for (const { headers } of reached) {
        const told = Object.entries(headers).filter(([name]) => /^postern/.test(name))
        expect(told.map(([name]) => name).sort()).toEqual(tellings)
        expect(headers['postern-principal']).toBe(`application:${reader.id}`)
        expect(headers.connection ?? '').toMatch(/^(close|keep-alive)?$/)
        expect(JSON.stringify(told)).not.toMatch(/evil/)
      }
    },
  )

  it("never hands on what a client calls the proxy's key", async () => {
    const before = application.reached.length
    expect((await allowed('Postern-Proxy-Key: evil')).status).toBe(200)
    const [got] = application.reached.slice(before)
    expect(got?.headers['postern-proxy-key']).toBe(undefined)
  })

  it.each(['keep-alive', 'TE, close', 'Upgrade', 'keep-alive, Upgrade'])(
    'lets through a connection that says %s',
    async (options) => {
      const before = application.reached.length
      expect((await allowed(`Connection: ${options}`, 'TE: trailers')).status).toBe(200)
      const [got] = application.reached.slice(before)
      expect(got?.headers['postern-principal']).toBe(`application:${reader.id}`)
    },
  )

  it('lets nothing through while Postern is down or slow, and all again afterwards', async () => {
    const before = application.reached.length
    await postern.close()
    expect((await allowed()).status).toBeGreaterThanOrEqual(500)
    const silent = createServer(() => {}).listen(posternPort, '127.0.0.1')
    await once(silent, 'listening')
    const sockets: Socket[] = []
    silent.on('connection', (socket) => sockets.push(socket.on('error', () => {})))
    expect((await allowed()).status).toBeGreaterThanOrEqual(500)
    for (const socket of sockets) socket.destroy()
    silent.close()
    await once(silent, 'close')
    expect(application.reached.slice(before)).toEqual([])
    postern = await startReplica(postern, settings)
    await expect.poll(async () => (await allowed()).text, { timeout: 5_000 }).toMatch(/ 200 /)
  })
})
