import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPosternClient } from '../../src/client/client.js'
import { type TlsSettings, tlsChannel } from '../../src/client/tls-channel.js'
import { anApplication, ask } from '../support/acts.js'
import { type Connection, connect, refusalOf } from '../support/api.js'
import { type Certified, createAuthority } from '../support/certificates.js'
import { runServer, type Settings } from '../support/server-process.js'
import { startSystem, type TestSystem } from '../support/system.js'

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** An address of this machine that is not loopback: who calls it comes from there. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

const authority = createAuthority('servers')
const clients = createAuthority('clients')
const server = authority.issue('127.0.0.1', 'localhost', ...(outside ? [outside] : []))
const elsewhere = authority.issue('192.0.2.1', 'address.invalid')
const client = clients.issue()
const stranger = createAuthority('strangers').issue()

let directory: string
let open: { close(): void | Promise<void> }[]
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-tls-'))
  open = []
})
afterAll(async () => {
  for (const each of open.reverse()) await each.close()
  rmSync(directory, { recursive: true })
})

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

const tls = (): Settings => ({
  POSTERN_TLS_CERT_FILE: file('server.pem', server.cert),
  POSTERN_TLS_KEY_FILE: file('server.key', server.key),
})
const mutualTls = (): Settings => ({
  ...tls(),
  POSTERN_TLS_CLIENT_CA_FILE: file('clients.pem', clients.cert),
})

async function serving(settings: Settings): Promise<TestSystem> {
  const system = await startSystem(settings)
  open.push(system)
  return system
}

function connected({ address }: TestSystem, how: TlsSettings): Connection {
  const { credentials, options } = tlsChannel(address, how)
  const connection = connect(address, credentials, options)
  open.push(connection)
  return connection
}

function trusting(ca: string, pair?: Certified): TlsSettings {
  const own = pair && { key: Buffer.from(pair.key), cert: Buffer.from(pair.cert) }
  return { ca: Buffer.from(ca), ...(own && { pair: own }) }
}

/** Asks with the owner's key, as somebody who has a key of its own or, by default, has none. */
function asked(system: TestSystem, how: TlsSettings, callerKey = ''): Promise<string> {
  const api = connected(system, how).as(callerKey)
  return ask(api, system.founded.ownerKey.secret, { action: 'a:b:c' })
}

const unavailable = { code: status.UNAVAILABLE }

describe('a server with a certificate', () => {
  let system: TestSystem
  beforeAll(async () => {
    system = await serving(tls())
  })

  it('serves those who trust its authority', async () => {
    expect(await asked(system, trusting(authority.cert))).toBe('allow OWNER')
  })

  it('serves the command line', async () => {
    const words = [
      'whoami',
      '--address',
      system.address,
      '--tls-ca',
      file('ca.pem', authority.cert),
    ]
    const env = { PATH: process.env.PATH, POSTERN_API_KEY: system.founded.ownerKey.secret }
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...words], { env })
    expect(stdout).toMatch(/owner@acme\.example/)
  })

  it('serves the client for resource services, by address and by name', async () => {
    const { port } = new URL(`https://${system.address}`)
    for (const host of ['127.0.0.1', 'localhost']) {
      const how = { address: `${host}:${port}`, tls: trusting(authority.cert), timeoutMs: 30_000 }
      const asking = createPosternClient(how)
      const apiKey = system.founded.ownerKey.secret
      expect(await asking.authorize({ apiKey, action: 'a:b:c' })).toMatchObject({ reason: 'OWNER' })
      asking.close()
    }
  })

  it('is not taken for another by those who trust other authorities', async () => {
    const refusal = await refusalOf(asked(system, trusting(clients.cert)))
    expect(refusal).toMatchObject(unavailable)
  })

  it('answers nothing in clear text', async () => {
    const connection = connect(system.address)
    open.push(connection)
    const refusal = await refusalOf(ask(connection.as(''), 'a key', { action: 'a:b:c' }))
    expect(refusal).toMatchObject(unavailable)
  })
})

it('a server whose certificate is for another address is not asked', async () => {
  const system = await serving({
    POSTERN_TLS_CERT_FILE: file('elsewhere.pem', elsewhere.cert),
    POSTERN_TLS_KEY_FILE: file('elsewhere.key', elsewhere.key),
  })
  const refusal = await refusalOf(asked(system, trusting(authority.cert)))
  expect(refusal).toMatchObject(unavailable)
  expect(refusal.message).toContain('127.0.0.1 is not in the cert')
})

describe('a server that demands certificates of its clients', () => {
  let system: TestSystem
  beforeAll(async () => {
    system = await serving(mutualTls())
  })

  it('serves who has one of its authority', async () => {
    expect(await asked(system, trusting(authority.cert, client))).toBe('allow OWNER')
  })

  it.each<[string, Certified | undefined]>([
    ['who has none', undefined],
    ['who has one of another authority', stranger],
    ['who has one for servers', server],
  ])('refuses %s', async (_, pair) => {
    const refusal = await refusalOf(asked(system, trusting(authority.cert, pair)))
    expect(refusal).toMatchObject(unavailable)
  })
})

// A machine may have no address but loopback; nobody can come from outside there.
describe.skipIf(!outside)('a caller from beyond loopback', () => {
  const listen = { POSTERN_LISTEN: `${outside}:0` }

  it('presents a key that may ask, where it has no certificate', async () => {
    const system = await serving({ ...tls(), ...listen })
    const how = trusting(authority.cert)
    const owner = connected(system, how).as(system.founded.ownerKey.secret)
    const { key } = await anApplication(owner)
    const keyless = await refusalOf(asked(system, how))
    expect(keyless).toMatchObject({ code: status.UNAUTHENTICATED, reason: 'CREDENTIAL_MISSING' })
    const powerless = await refusalOf(asked(system, how, key))
    expect(powerless).toMatchObject({
      code: status.PERMISSION_DENIED,
      reason: 'PERMISSION_DENIED',
    })
    expect(powerless.message).toContain('iam:decision:ask')
    expect(await asked(system, how, system.founded.ownerKey.secret)).toBe('allow OWNER')
  })

  it('needs no key where it has a certificate', async () => {
    const system = await serving({ ...mutualTls(), ...listen })
    expect(await asked(system, trusting(authority.cert, client))).toBe('allow OWNER')
  })

  it('needs no key where the operator says so', async () => {
    const system = await serving({ ...tls(), ...listen, POSTERN_AUTHORIZE_PEERS: 'anyone' })
    expect(await asked(system, trusting(authority.cert))).toBe('allow OWNER')
  })
})

describe('a start ends with 78', () => {
  const cases: [string, () => Settings, RegExp][] = [
    [
      'when the key is not that of the certificate',
      () => ({ ...tls(), POSTERN_TLS_KEY_FILE: file('other.key', authority.issue().key) }),
      /POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE: not a certificate and its key/,
    ],
    [
      'when the authority of the clients is none',
      () => ({ ...tls(), POSTERN_TLS_CLIENT_CA_FILE: file('junk.pem', 'junk') }),
      /POSTERN_TLS_CLIENT_CA_FILE: not a certificate/,
    ],
    [
      'when clients need certificates and the server has none',
      () => ({ POSTERN_TLS_CLIENT_CA_FILE: file('clients.pem', clients.cert) }),
      /POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE: must be set together/,
    ],
  ]
  it.each(cases)('%s', async (_, settings, message) => {
    const database = `file:${join(directory, 'never.db')}`
    const exit = await runServer({ POSTERN_DATABASE_URL: database, ...settings() })
    expect(exit.stderr).toMatch(message)
    expect(exit).toMatchObject({ code: 78, stdout: '' })
  })
})
