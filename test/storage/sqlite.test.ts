import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, it } from 'vitest'
import { openSqliteStore } from '../../src/storage/sql/sqlite.js'
import { describeStore } from '../contract/store.js'
import { deps, founded, save } from '../contract/store-fixture.js'

const directory = mkdtempSync(join(tmpdir(), 'postern-sqlite-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

let count = 0
function newPath(): string {
  return join(directory, `${++count}`, 'postern.db')
}

const open = (path: string) => openSqliteStore({ path, ...deps })

/** One statement on a connection of its own. */
function query(path: string, statement: string): unknown[] {
  const database = new Database(path, { timeout: 1_000 })
  const prepared = database.prepare(statement)
  const rows = prepared.reader ? prepared.all() : []
  if (!prepared.reader) prepared.run()
  database.close()
  return rows
}

describeStore('SQLite', async () => {
  const path = newPath()
  const store = await open(path)
  return { store, query: async (statement) => query(path, statement) }
})

describe('the embedded store', () => {
  it('keeps its files to their owner', async () => {
    const path = newPath()
    const store = await open(path)
    await founded(store)
    const modes = [join(path, '..'), path, `${path}-wal`, `${path}.lock`].map(
      (file) => statSync(file).mode & 0o777,
    )
    await store.close()
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600])
  })

  it('lets readers go on while it writes, by a write-ahead log', async () => {
    const path = newPath()
    const store = await open(path)
    const [mode] = query(path, 'pragma journal_mode')
    await store.close()
    expect(mode).toEqual({ journal_mode: 'wal' })
  })

  it('keeps what it has when it is closed and opened again', async () => {
    const path = newPath()
    const first = await open(path)
    const { id, organization } = await founded(first)
    const before = await first.read(async () => undefined)
    await first.close()
    const second = await open(path)
    const { value, revision } = await second.read((tx) => tx.organizations.find(id))
    await second.close()
    expect(value).toEqual(organization)
    expect(revision).toEqual(before.revision)
  })

  it('refuses a second opener until the first has closed', async () => {
    const path = newPath()
    const first = await open(path)
    for (const _ of [1, 2]) {
      await expect(open(path)).rejects.toMatchObject({
        kind: 'failed-precondition',
        reason: 'STORE_IN_USE',
        message: expect.stringContaining(path),
      })
    }
    await save(first, (await founded(first)).id, async () => undefined)
    await first.close()
    await (await open(path)).close()
  })

  it('lets only one of two openers at once in', async () => {
    const path = newPath()
    const results = await Promise.allSettled([open(path), open(path)])
    const opened = results.filter((result) => result.status === 'fulfilled')
    expect(opened).toHaveLength(1)
    for (const { value } of opened) await value.close()
  })

  it('is free again when its process was killed', async () => {
    const path = newPath()
    await (await open(path)).close()
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', holderOf(path)], {
      cwd: process.cwd(),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(holder.stdout, 'data')
    await expect(open(path)).rejects.toMatchObject({ reason: 'STORE_IN_USE' })
    const exited = once(holder, 'exit')
    holder.kill('SIGKILL')
    await exited
    await (await open(path)).close()
  })

  it.each([
    ['text', 'hello world '.repeat(1_000), 'STORE_FOREIGN'],
    ['a damaged database', undefined, 'STORE_CORRUPT'],
  ])('refuses a file that is %s', async (_, content, reason) => {
    const path = newPath()
    const store = await open(path)
    for (let i = 0; i < 50; i++) await founded(store)
    await store.close()
    query(path, 'pragma wal_checkpoint(truncate)')
    if (content !== undefined) writeFileSync(path, content)
    else damage(path)
    await expect(open(path)).rejects.toMatchObject({
      kind: 'failed-precondition',
      reason,
      message: expect.stringContaining(path),
    })
  })

  it("refuses another program's database, and leaves it as it is", async () => {
    const path = newPath()
    await (await open(path)).close()
    rmSync(path)
    query(path, 'create table theirs (id text)')
    await expect(open(path)).rejects.toMatchObject({ reason: 'STORE_FOREIGN' })
    expect(query(path, 'select name from sqlite_master')).toEqual([{ name: 'theirs' }])
  })

  it('refuses a schema that a newer Postern made', async () => {
    const path = newPath()
    await (await open(path)).close()
    query(path, "insert into schema_migrations values (999, 'future', 0)")
    await expect(open(path)).rejects.toMatchObject({
      kind: 'failed-precondition',
      reason: 'SCHEMA_TOO_NEW',
    })
  })

  it('cannot be written by its readers', async () => {
    const path = newPath()
    const store = await open(path)
    const { id, organization } = await founded(store)
    const write = store.read(async (tx) => {
      if ('update' in tx.organizations && typeof tx.organizations.update === 'function')
        await tx.organizations.update({ ...organization, name: 'other' })
    })
    await expect(write).rejects.toMatchObject({ kind: 'unavailable', reason: 'STORE_READONLY' })
    const { value } = await store.read((tx) => tx.organizations.find(id))
    await store.close()
    expect(value).toEqual(organization)
  })

  it('refuses everything once it is closed', async () => {
    const store = await open(newPath())
    await store.close()
    await store.close()
    const closed = { kind: 'unavailable', reason: 'STORE_CLOSED' }
    await expect(store.read(async () => undefined)).rejects.toMatchObject(closed)
    await expect(store.write(async () => undefined)).rejects.toMatchObject(closed)
    await expect(store.ping()).rejects.toMatchObject(closed)
  })

  it('says so when its place cannot be made', async () => {
    await expect(open(join(directory, 'file', '\0'))).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'STORE_UNREACHABLE',
    })
    await expect(open(directory)).rejects.toMatchObject({ reason: 'STORE_UNREACHABLE' })
  })
})

/** A process that holds the lock as the store does, and says so. */
function holderOf(path: string): string {
  return `
    import Database from 'libsql'
    const lock = new Database(${JSON.stringify(`${path}.lock`)})
    lock.exec('begin exclusive')
    console.log('held')
    setInterval(() => lock.inTransaction, 1_000)`
}

/** Overwrites all but the first page. */
function damage(path: string): void {
  const size = statSync(path).size - 4_096
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(size, 0x5a), 0, size, 4_096)
  closeSync(file)
}
