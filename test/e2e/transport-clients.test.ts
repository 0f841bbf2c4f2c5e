import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tlsChannel } from '../../src/client/tls-channel.js'
import { AuthorizeRequest } from '../../src/grpc/gen/postern/v1/authorization.js'
import { anAdministrator, ask } from '../support/acts.js'
import { connect, refusalOf } from '../support/api.js'
import { createAuthority } from '../support/certificates.js'
import { aptInstall, attempt } from '../support/package-manager.js'
import { type RunningProxy, startExample } from '../support/proxy/proxy.js'
import { findPython } from '../support/python.js'
import { startSystem, type TestSystem } from '../support/system.js'
import { isChange, startWatch } from '../support/watch.js'

/** Clients that people have, against our own transport. */

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const buf = join(root, 'node_modules/.bin/buf')
const authority = createAuthority('servers')
const certified = authority.issue('127.0.0.1', 'postern.example')

let directory: string
let caFile: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-transport-'))
  caFile = write('ca.pem', authority.cert)
})
afterAll(() => rmSync(directory, { recursive: true }))

function write(name: string, contents: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, contents, { mode: 0o600 })
  return path
}

describe.each(['in clear text', 'over TLS'])('our own transport, %s, serves', (how) => {
  const isSecure = how === 'over TLS'
  let system: TestSystem
  let key: string
  beforeAll(async () => {
    const tls = {
      POSTERN_TLS_CERT_FILE: write('server.pem', certified.cert),
      POSTERN_TLS_KEY_FILE: write('server.key', certified.key),
    }
    system = await startSystem(isSecure ? tls : {})
    const owner = secured().as(system.founded.ownerKey.secret)
    key = (await anAdministrator(owner, 'IAMReadOnly')).key
  })
  afterAll(() => system.close())

  const secured = (address = system.address) => {
    if (!isSecure) return connect(address)
    const { credentials, options } = tlsChannel(address, { ca: Buffer.from(authority.cert) })
    return connect(address, credentials, options)
  }

  it('@grpc/grpc-js', async () => {
    const client = secured()
    const api = client.as(system.founded.ownerKey.secret)
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => ask(api, key, { action: 'iam:group:list' })),
    )
    expect(new Set(answers)).toEqual(new Set(['allow RULE']))
    expect((await api.groups.listGroups()).groups).not.toEqual([])
    client.close()
  })

  it('Python', { timeout: 300_000 }, async () => {
    const python = findPython()
    const descriptorSet = join(directory, 'descriptors.binpb')
    await run(buf, ['build', 'proto', '--as-file-descriptor-set', '-o', descriptorSet], {
      cwd: root,
    })
    const names = ['authorization', 'policy', 'permission_set']
    const files = names.map((name) => `postern/v1/${name}.proto`)
    python.generate(descriptorSet, files, directory)
    const words = [join(root, 'test/e2e/python/ask_many.py'), system.address, '500']
    const { stdout } = await run(python.program, [...words, ...(isSecure ? [caFile] : [])], {
      env: { PATH: process.env.PATH, PYTHONPATH: directory, KEY: key },
    })
    expect(stdout.trim()).toBe("{'REASON_RULE': 500}")
  })

  it('buf curl', async () => {
    const { stdout } = await run(buf, [
      ...['curl', '--protocol=grpc'],
      ...(isSecure ? ['--cacert', caFile] : ['--http2-prior-knowledge']),
      ...['--data', JSON.stringify({ apiKey: key, action: 'iam:group:list', resource: {} })],
      `${isSecure ? 'https' : 'http'}://${system.address}/postern.v1.AuthorizationService/Authorize`,
    ])
    expect(stdout).toMatch(/"REASON_RULE"/)
  })

  it('h2load', async () => {
    requireH2load()
    const partial = { apiKey: key, action: 'iam:group:list', resource: {} }
    const message = AuthorizeRequest.encode(AuthorizeRequest.fromPartial(partial)).finish()
    const prefix = Buffer.alloc(5)
    prefix.writeUInt32BE(message.length, 1)
    const { stdout } = await run('h2load', [
      ...['-n', '5000', '-c', '5', '-m', '20'],
      ...['-H', 'content-type: application/grpc', '-H', 'te: trailers'],
      ...['-d', write('body', Buffer.concat([prefix, message]))],
      `${isSecure ? 'https' : 'http'}://${system.address}/postern.v1.AuthorizationService/Authorize`,
    ])
    expect(stdout).toMatch(/5000 done, 5000 succeeded, 0 failed, 0 errored, 0 timeout/)
    expect(stdout).toMatch(/status codes: 5000 2xx, 0 3xx, 0 4xx, 0 5xx/)
  })

  describe('nginx, by its example', () => {
    let proxy: RunningProxy
    const address = () => `127.0.0.1:${proxy.port}`
    beforeAll(async () => {
      const verified =
        `grpcs://postern; grpc_ssl_trusted_certificate ${caFile}; grpc_ssl_verify on; ` +
        'grpc_ssl_name postern.example'
      proxy = await startExample('nginx', 'nginx-grpc', {
        ports: { 50051: Number(system.address.split(':')[1]) },
        edit: (text) => (isSecure ? text.replace('grpc://postern', verified) : text),
      })
    })
    afterAll(() => proxy.stop())

    it('for more calls than it lets a connection have by itself', async () => {
      const client = connect(address())
      const api = client.as(system.founded.ownerKey.secret)
      for (let times = 0; times < 12; times++) {
        const answers = await Promise.all(
          Array.from({ length: 100 }, () => ask(api, key, { action: 'iam:group:list' })),
        )
        expect(new Set(answers)).toEqual(new Set(['allow RULE']))
      }
      client.close()
    })

    it('with errors and their details', async () => {
      const client = connect(address())
      const refused = refusalOf(client.as(key).groups.createGroup({ name: 'g' }))
      expect(await refused).toMatchObject({
        code: status.PERMISSION_DENIED,
        reason: 'PERMISSION_DENIED',
      })
      client.close()
    })

    it('with streams that go on', async () => {
      const watch = startWatch(address(), system.founded.ownerKey.secret)
      await watch.until(() => true)
      const client = connect(address())
      await client.as(system.founded.ownerKey.secret).groups.createGroup({ name: 'watched' })
      await watch.until(isChange)
      watch.cancel()
      client.close()
    })
  })
})

function requireH2load(): void {
  const isThere = () => attempt('h2load', ['--version']) !== undefined
  if (isThere() || (aptInstall(['nghttp2-client']) && isThere())) return
  throw new Error(
    'these tests need h2load: install it (Debian, Ubuntu: `apt-get install nghttp2-client`) and ' +
      'run them again',
  )
}
