import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { connect } from '../support/api.js'
import { createDatabase } from '../support/postgres-server.js'
import { runServer, type Settings, spawnServer, startServer } from '../support/server-process.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-first-start-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const path = (name: string) => join(directory, name)
const read = (name: string) => readFileSync(path(name), 'utf8')
const keyFiles = () => readdirSync(directory).filter((name) => name.startsWith('owner.key'))

/** One store and one key file; another store has another name and the same key file. */
const embedded = (store = 'postern.db'): Settings => ({
  POSTERN_DATABASE_URL: `file:${path(store)}`,
  POSTERN_OWNER_KEY_FILE: path('owner.key'),
})

/** Serves once and stops; the key in the file must open what it served. */
async function expectOpened(settings: Settings): Promise<void> {
  const server = await startServer(settings)
  const connection = connect(server.address)
  const { type } = await connection.as(read('owner.key').trim()).users.getUser()
  connection.close()
  await server.kill('SIGTERM')
  expect(type).toBe(1)
  expect(keyFiles()).toEqual(['owner.key'])
}

describe('a first start that was killed', () => {
  it('between the key file and the commit is gone on with, with the key that is there', async () => {
    const settings = {
      POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')),
      POSTERN_PEPPER: 'a pepper that only tests ever use',
      POSTERN_OWNER_KEY_FILE: path('owner.key'),
    }
    // Makes the tables, and no organization.
    await runServer({ ...settings, POSTERN_OWNER_KEY_FILE: path('nowhere/owner.key') })
    const lock = new pg.Client({ connectionString: settings.POSTERN_DATABASE_URL })
    await lock.connect()
    // The row that every commit changes last: the start gets that far and no further.
    await lock.query('begin')
    await lock.query('update store_head set rev = rev')
    const pending = appearing('owner.key.pending')
    const { child, exit } = spawnServer(settings)
    await pending
    child.kill('SIGKILL')
    await exit
    const kept = read('owner.key.pending')
    await lock.query('rollback')
    await lock.end()
    await expectOpened(settings)
    expect(read('owner.key')).toBe(kept)
  })

  it('between the commit and the last name of the key file gets it at the next start', async () => {
    await (await startServer(embedded())).kill('SIGTERM')
    renameSync(path('owner.key'), path('owner.key.pending'))
    await expectOpened(embedded())
  })

  it('while the file had other names loses those that are not needed', async () => {
    await (await startServer(embedded())).kill('SIGTERM')
    copyFileSync(path('owner.key'), path('owner.key.pending'))
    copyFileSync(path('owner.key'), path('owner.key.pending.0123456789abcdef'))
    await expectOpened(embedded())
  })
})

describe('a first start never takes for its own', () => {
  it('the key of an organization of another store, nor overwrites it', async () => {
    await (await startServer(embedded())).kill('SIGTERM')
    const key = read('owner.key')
    const exit = await runServer(embedded('other.db'))
    expect(exit).toMatchObject({ code: 73 })
    expect(exit.stderr).toMatch(/owner\.key` exists already/)
    expect(read('owner.key')).toBe(key)
    expect(keyFiles()).toEqual(['owner.key'])
  })

  it('a kept key that opens nothing here', async () => {
    await (await startServer(embedded('other.db'))).kill('SIGTERM')
    renameSync(path('owner.key'), path('owner.key.pending'))
    const settings = { ...embedded(), POSTERN_OWNER_KEY_FILE: '' }
    await (await startServer(settings)).kill('SIGTERM')
    await (await startServer(embedded())).kill('SIGTERM')
    expect(keyFiles()).toEqual(['owner.key.pending'])
  })

  const strangers: [string, string, number][] = [
    ['a file that others can read, who would know the key', wellFormed(), 0o644],
    ['a file that holds no key', 'a shopping list\n', 0o600],
  ]
  it.each(strangers)('%s', async (_, text, mode) => {
    writeFileSync(path('owner.key.pending'), text)
    chmodSync(path('owner.key.pending'), mode)
    const exit = await runServer(embedded())
    expect(exit).toMatchObject({ code: 73 })
    expect(exit.stderr).toMatch(/owner\.key\.pending` exists already, and holds no key of ours/)
    expect(read('owner.key.pending')).toBe(text)
  })
})

function wellFormed(): string {
  return 'pst_0123456789ABCDEFGHIJKLMNOPQ0qBHM2\n'
}

/** Resolves when the file is there. */
async function appearing(name: string): Promise<void> {
  const watcher = watch(directory)
  while (!existsSync(path(name))) await once(watcher, 'change')
  watcher.close()
}
