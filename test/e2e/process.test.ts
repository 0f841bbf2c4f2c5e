import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { connect } from '../support/api.js'
import { createDatabase, execute } from '../support/postgres-server.js'
import { runServer, type Settings, startServer } from '../support/server-process.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-process-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const embedded = (): Settings => ({
  POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
  POSTERN_OWNER_KEY_FILE: join(directory, 'owner.key'),
})
const ownerKey = () => readFileSync(join(directory, 'owner.key'), 'utf8').trim()

describe('two servers', () => {
  it('do not share an embedded store: the second is refused, the first goes on', async () => {
    const first = await startServer(embedded())
    const second = await runServer({ ...embedded(), POSTERN_OWNER_KEY_FILE: '' })
    expect(second.code).toBe(78)
    expect(second.stderr).toMatch(/^postern: .*postern\.db.*\n$/)
    expect(second.stderr).toMatch(/in use/)
    const connection = connect(first.address)
    await connection.as(ownerKey()).projects.createProject({ name: 'still-serving' })
    connection.close()
    await first.kill('SIGKILL')
    const successor = await startServer({ ...embedded(), POSTERN_OWNER_KEY_FILE: '' })
    await successor.kill('SIGTERM')
  })

  it('share PostgreSQL: one bootstrap, and each sees what the other wrote', async () => {
    const url = await createDatabase(inject('postgresUrl'))
    const shared = {
      POSTERN_DATABASE_URL: url,
      POSTERN_PEPPER: 'a pepper that only tests ever use',
    }
    const servers = await Promise.all([startServer(shared), startServer(shared)])
    const [row] = (await execute(url, 'select count(*) as count from organizations')) as {
      count: string
    }[]
    expect(Number(row?.count)).toBe(1)
    const exits = await Promise.all(servers.map((server) => server.kill('SIGTERM')))
    const keys = exits.flatMap(({ stdout }) => stdout.match(/pst_[0-9A-Za-z]{33}/g) ?? [])
    expect(new Set(keys).size).toBe(1)
    const [key = ''] = keys
    const again = await Promise.all([startServer(shared), startServer(shared)])
    const [left, right] = again.map((server) => connect(server.address))
    const { id } = (await left?.as(key).projects.createProject({ name: 'shared' })) ?? { id: '' }
    expect((await right?.as(key).projects.getProject({ projectId: id }))?.name).toBe('shared')
    left?.close()
    right?.close()
    for (const server of again) expect((await server.kill('SIGTERM')).code).toBe(0)
  })
})

describe('the owner key', () => {
  it('is printed at the first start and never again', async () => {
    const settings = { ...embedded(), POSTERN_OWNER_KEY_FILE: '' }
    const first = await (await startServer(settings)).kill('SIGTERM')
    const second = await (await startServer(settings)).kill('SIGTERM')
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/pst_/)
    expect(first.stderr).not.toMatch(/pst_/)
    expect(second.stdout).not.toMatch(/pst_/)
  })

  it('in a file is for its owner alone', async () => {
    const { stdout } = await (await startServer(embedded())).kill('SIGTERM')
    expect(stdout).not.toMatch(/pst_/)
    expect(statSync(join(directory, 'owner.key')).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'postern.db')).mode & 0o777).toBe(0o600)
    expect(statSync(join(directory, 'postern.db.pepper')).mode & 0o777).toBe(0o600)
  })
})

it('ends on SIGTERM with the calls under way answered', async () => {
  const { address, kill } = await startServer(embedded())
  const connection = connect(address)
  const api = connection.as(ownerKey())
  await api.users.getUser()
  const calls = Array.from({ length: 50 }, (_, i) =>
    api.applications.createApplication({ name: `under-way-${i}` }),
  )
  // One answer says that the others have arrived too: they share its connection.
  await calls[0]
  const exit = kill('SIGTERM')
  const names = (await Promise.all(calls)).map((application) => application.name)
  connection.close()
  expect(names).toHaveLength(50)
  expect((await exit).code).toBe(0)
})

describe('a bad setting ends the start', () => {
  const cases: [string, Settings, RegExp][] = [
    ['an unknown name', { POSTERN_LISTN: 'x' }, /POSTERN_LISTN: no such setting/],
    [
      'a duration without a unit',
      { POSTERN_SHUTDOWN_GRACE: '10' },
      /POSTERN_SHUTDOWN_GRACE: .*10s/,
    ],
    ['an address without a port', { POSTERN_LISTEN: 'localhost' }, /POSTERN_LISTEN: must be/],
    ['clear text beyond loopback', { POSTERN_LISTEN: '0.0.0.0:0' }, /POSTERN_LISTEN: .*TLS/],
    ['a database of another kind', { POSTERN_DATABASE_URL: 'mysql://x' }, /POSTERN_DATABASE_URL/],
    ['PostgreSQL without a pepper', { POSTERN_DATABASE_URL: 'postgres://x' }, /POSTERN_PEPPER/],
    ['a short pepper', { POSTERN_PEPPER: 'short' }, /POSTERN_PEPPER: .*32/],
    ['half of a TLS pair', { POSTERN_TLS_CERT_FILE: 'x' }, /POSTERN_TLS_KEY_FILE/],
    ['an owner without an address', { POSTERN_OWNER_EMAIL: 'me' }, /owner_email/],
    ['an unknown log level', { POSTERN_LOG_LEVEL: 'loud' }, /POSTERN_LOG_LEVEL/],
  ]
  it.each(cases)('%s', async (_, settings, message) => {
    const { code, stderr, stdout } = await runServer({ ...embedded(), ...settings })
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^postern: /)
    expect(code).toBe(78)
    expect(stdout).toBe('')
  })

  it('a pepper that others can read', async () => {
    const path = join(directory, 'pepper')
    writeFileSync(path, 'a pepper that only tests ever use')
    chmodSync(path, 0o644)
    const { code, stderr } = await runServer({ ...embedded(), POSTERN_PEPPER_FILE: path })
    expect(code).toBe(78)
    expect(stderr).toMatch(/chmod 600/)
  })

  it('a generated pepper that was lost', async () => {
    await (await startServer(embedded())).kill('SIGTERM')
    rmSync(join(directory, 'postern.db.pepper'))
    const { code, stderr } = await runServer({ ...embedded(), POSTERN_OWNER_KEY_FILE: '' })
    expect(code).toBe(78)
    expect(stderr).toMatch(/postern\.db\.pepper: is missing/)
  })

  it('a store that cannot be reached', async () => {
    const { code, stderr } = await runServer({
      POSTERN_DATABASE_URL: 'postgres://postgres@127.0.0.1:1/none',
      POSTERN_PEPPER: 'a pepper that only tests ever use',
    })
    expect(code).toBe(69)
    expect(stderr).toMatch(/^postern: /)
  })

  it('a pepper file that is not there', async () => {
    const path = join(directory, 'nowhere')
    const { code, stderr } = await runServer({ ...embedded(), POSTERN_PEPPER_FILE: path })
    expect(stderr).toBe(`postern: POSTERN_PEPPER_FILE: ${path}: cannot be read (ENOENT)\n`)
    expect(code).toBe(78)
  })
})

describe('a start that fails makes no organization, whose key nobody would see:', () => {
  const cases: [string, () => Settings, number, RegExp][] = [
    [
      'a key file in no directory',
      () => ({ POSTERN_OWNER_KEY_FILE: join(directory, 'nowhere', 'owner.key') }),
      73,
      /POSTERN_OWNER_KEY_FILE: .* cannot be made \(ENOENT\)/,
    ],
    [
      'a key file that is there already',
      () => ({ POSTERN_OWNER_KEY_FILE: fileOf('something else') }),
      73,
      /POSTERN_OWNER_KEY_FILE: .* exists already/,
    ],
    [
      'a certificate that is not there',
      () => ({
        POSTERN_TLS_CERT_FILE: join(directory, 'nowhere'),
        POSTERN_TLS_KEY_FILE: fileOf('junk'),
      }),
      78,
      /POSTERN_TLS_CERT_FILE: .* cannot be read \(ENOENT\)/,
    ],
    [
      'a certificate that is none',
      () => ({ POSTERN_TLS_CERT_FILE: fileOf('junk'), POSTERN_TLS_KEY_FILE: fileOf('junk') }),
      78,
      /POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE: not a certificate and its key/,
    ],
    [
      'an address that is not ours',
      () => ({ POSTERN_LISTEN: '192.0.2.1:1', POSTERN_INSECURE: 'true' }),
      73,
      /POSTERN_LISTEN: `192\.0\.2\.1:1` cannot be listened on/,
    ],
  ]
  it.each(cases)('%s', async (_, settings, expected, message) => {
    const store = { ...embedded(), POSTERN_OWNER_KEY_FILE: '' }
    await expectRefusal({ ...store, ...settings() }, expected, message)
    await expectFounding(store)
  })

  it('a port that somebody else has', async () => {
    const holder = createServer().listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const address = holder.address()
    const port = typeof address === 'object' ? address?.port : 0
    const settings = { ...embedded(), POSTERN_LISTEN: `127.0.0.1:${port}` }
    await expectRefusal(settings, 73, /POSTERN_LISTEN: .*EADDRINUSE/)
    holder.close()
    await expectFounding({ ...embedded(), POSTERN_OWNER_KEY_FILE: '' })
  })
})

function fileOf(text: string): string {
  const path = join(directory, 'file')
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** Refused in one line. */
async function expectRefusal(settings: Settings, code: number, message: RegExp): Promise<void> {
  const exit = await runServer(settings)
  expect(exit.stderr).toMatch(/^postern: .*\n$/)
  expect(exit.stderr).toMatch(message)
  expect(exit).toMatchObject({ code, stdout: '' })
}

async function expectFounding(settings: Settings): Promise<void> {
  const { stdout } = await (await startServer(settings)).kill('SIGTERM')
  expect(stdout).toMatch(/pst_/)
}
