import pg from 'pg'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { openPostgresStore } from '../../src/storage/sql/postgres.js'
import { describeStore } from '../contract/store.js'
import { aProject, change, founded, postgresDeps, save } from '../contract/store-fixture.js'
import {
  createDatabase,
  execute,
  type ServerOptions,
  startPostgres,
} from '../support/postgres-server.js'

const serverUrl = inject('postgresUrl')
const newDatabase = () => createDatabase(serverUrl)
const open = (url: string) => openPostgresStore({ url, ...postgresDeps })
const killOthers = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

describeStore('PostgreSQL', async () => {
  const url = await newDatabase()
  const store = await open(url)
  return { store, query: (statement) => execute(url, statement) }
})

describe('the store on PostgreSQL', () => {
  it('compares the bytes of every text, whatever the locale of the machine', async () => {
    const url = await newDatabase()
    await (await open(url)).close()
    const others = await execute(
      url,
      `select table_name, column_name from information_schema.columns
      where table_schema = 'public' and data_type = 'text'
        and collation_name is distinct from 'C'`,
    )
    expect(others).toEqual([])
  })

  it('has an index for every foreign key', async () => {
    const url = await newDatabase()
    await (await open(url)).close()
    const unindexed = await execute(
      url,
      `select conname from pg_constraint as fk where contype = 'f' and not exists (
        select from pg_index where indrelid = conrelid and indpred is null
          and indkey[0] = conkey[array_length(conkey, 1)])`,
    )
    expect(unindexed).toEqual([])
  })

  it('migrates once when two servers start together', async () => {
    const url = await newDatabase()
    const stores = await Promise.all([open(url), open(url), open(url)])
    const revisions = await Promise.all(stores.map((store) => store.read(async () => undefined)))
    await Promise.all(stores.map((store) => store.close()))
    const applied = await execute(url, 'select version from schema_migrations')
    expect(applied).toHaveLength(4)
    expect(new Set(revisions.map((read) => read.revision.epoch)).size).toBe(1)
  })

  it('is one store to several servers', async () => {
    const url = await newDatabase()
    const [one, two] = await Promise.all([open(url), open(url)])
    const { id } = await founded(one)
    const writes = Array.from({ length: 30 }, (_, i) =>
      save(i % 2 ? one : two, id, async (tx) => {
        await tx.organizations.lock(id)
        await tx.projects.insert(aProject(id))
      }),
    )
    const numbers = (await Promise.all(writes)).map((written) => written.revision.number)
    await Promise.all([one.close(), two.close()])
    expect(numbers.sort((a, b) => a - b)).toEqual(writes.map((_, i) => i + 2))
  })

  it('refuses a schema that a newer Postern made', async () => {
    const url = await newDatabase()
    await (await open(url)).close()
    await execute(url, "insert into schema_migrations values (999, 'future', 0)")
    const refused = { kind: 'failed-precondition', reason: 'SCHEMA_TOO_NEW' }
    await expect(open(url)).rejects.toMatchObject(refused)
  })

  it.each(['off', 'local'])('refuses synchronous_commit=%s', async (value) => {
    const url = await newDatabase()
    const name = new URL(url).pathname.slice(1)
    await execute(url, `alter database ${name} set synchronous_commit = ${value}`)
    await expect(open(url)).rejects.toMatchObject(unsafe('synchronous_commit'))
  })

  it.each<[string, ServerOptions]>([
    ['fsync', { settings: ['fsync=off'] }],
    ['standby', { standby: true }],
  ])('refuses a server that may lose writes: %s', async (word, options) => {
    const server = await startPostgres(options)
    onTestFinished(() => server.stop())
    await expect(open(server.url)).rejects.toMatchObject(unsafe(word))
  })

  it('says so when there is no server, or no such database or user', async () => {
    const unreachable = { kind: 'unavailable', reason: 'STORE_UNREACHABLE' }
    await expect(open('postgres://x@127.0.0.1:1/x')).rejects.toMatchObject(unreachable)
    const missing = new URL(serverUrl)
    missing.pathname = '/missing'
    await expect(open(missing.href)).rejects.toMatchObject(unreachable)
  })

  it('survives the death of its connections, idle and in use', async () => {
    const url = await newDatabase()
    const store = await open(url)
    const { id } = await founded(store)
    await execute(url, killOthers)
    const broken = store.write(async (tx) => {
      tx.record(change(id))
      await tx.organizations.lock(id)
      await execute(url, killOthers)
      await tx.projects.insert(aProject(id))
    })
    await expect(broken).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'STORE_UNREACHABLE',
    })
    await expect(store.ping()).resolves.toBeUndefined()
    const { revision } = await save(store, id, async () => undefined)
    await store.close()
    expect(revision.number).toBe(2)
  })

  it('survives the death of the server', async () => {
    const server = await startPostgres()
    onTestFinished(() => server.stop())
    const store = await open(server.url)
    await founded(store)
    await server.stop()
    const unreachable = { kind: 'unavailable', reason: 'STORE_UNREACHABLE' }
    await expect(store.ping()).rejects.toMatchObject(unreachable)
    await expect(store.read(async () => undefined)).rejects.toMatchObject(unreachable)
    await expect(founded(store)).rejects.toMatchObject(unreachable)
    await store.close()
  })

  it('does not know what became of a commit during which the connection died', async () => {
    const url = await newDatabase()
    const store = await open(url)
    const { id } = await founded(store)
    // Runs while PostgreSQL commits, and takes its own connection down.
    await execute(
      url,
      `create function die() returns trigger language plpgsql as $$
      begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`,
    )
    await execute(
      url,
      `create constraint trigger die after insert on projects deferrable initially deferred
      for each row execute function die()`,
    )
    const broken = save(store, id, (tx) => tx.projects.insert(aProject(id)))
    await expect(broken).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'COMMIT_OUTCOME_UNKNOWN',
    })
    await store.close()
  })

  it('runs a write again when it was the victim of a deadlock', async () => {
    const url = await newDatabase()
    const store = await open(url)
    const [one, two] = [await founded(store), await founded(store)]
    let runs = 0
    const arrived = [gate(), gate()] as const
    const cross = (own: 0 | 1) => {
      let isAgain = false
      return save(store, one.id, async (tx) => {
        runs++
        const [first, second] = own === 0 ? [one.id, two.id] : [two.id, one.id]
        // The second time in the other's order, or the two could cross once more.
        await tx.organizations.lock(isAgain ? second : first)
        if (isAgain) return
        isAgain = true
        arrived[own].open()
        await arrived[own === 0 ? 1 : 0].opened
        await tx.organizations.lock(second)
      })
    }
    await Promise.all([cross(0), cross(1)])
    await store.close()
    expect(runs).toBe(3)
  })

  it('gives up waiting for a lock that somebody keeps', async () => {
    const url = await newDatabase()
    const store = await open(url)
    const { id } = await founded(store)
    const rival = new pg.Client({ connectionString: url })
    await rival.connect()
    await rival.query('begin')
    await rival.query('select * from organizations for update')
    const waiting = save(store, id, (tx) => tx.organizations.lock(id))
    await expect(waiting).rejects.toMatchObject({ kind: 'unavailable', reason: 'STORE_TIMEOUT' })
    await rival.end()
    await store.close()
  })

  it('says so when the server takes no writes', async () => {
    const url = await newDatabase()
    const store = await open(url)
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
})

function unsafe(word: string) {
  const message = expect.stringContaining(word)
  return { kind: 'failed-precondition', reason: 'STORE_UNSAFE', message }
}

/** Opened once, from outside. */
function gate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open: () => open(), opened }
}
