import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, inject, it, onTestFinished, vi } from 'vitest'
import { openPostgresStore, type PostgresStoreDeps } from '../../src/storage/sql/postgres.js'
import { PostgresFeed } from '../../src/storage/sql/postgres-feed.js'
import { Lease } from '../../src/storage/sql/postgres-lease.js'
import { founded, postgresDeps, save } from '../contract/store-fixture.js'
import { createDatabase, execute, startPostgres } from '../support/postgres-server.js'
import { startProxy } from '../support/tcp-proxy.js'

/** How the store reads its log on PostgreSQL, and how it tells of what it wrote. */

const newDatabase = () => createDatabase(inject('postgresUrl'))
const request = { from: 1, rowsMax: 1_000 }
const hour = 3_600_000

async function open(url: string, over: Partial<PostgresStoreDeps> = {}) {
  const store = await openPostgresStore({ url, ...postgresDeps, ...over })
  onTestFinished(() => store.close())
  return store
}

/** How often `store` was told of something, once it listens. */
async function listen(store: Awaited<ReturnType<typeof open>>) {
  const heard = { times: 0, stop: () => {} }
  heard.stop = store.onHint(() => {
    heard.times += 1
  })
  await store.readChanges(request)
  return heard
}

it('is read while every connection of the pool is busy', async () => {
  const store = await open(await newDatabase())
  await founded(store)
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const busy = Array.from({ length: 20 }, () => store.read(() => released))
  const page = await store.readChanges(request)
  release()
  await Promise.all(busy)
  expect(page.rows).toHaveLength(1)
})

it('tells of each write to who listens, and to nobody else', async () => {
  const url = await newDatabase()
  const [writer, reader] = [await open(url), await open(url)]
  const [heard, stopped] = [await listen(reader), await listen(reader)]
  stopped.stop()
  const { id } = await founded(writer)
  await vi.waitFor(() => expect(heard.times).toBe(1))
  await writer.write(async () => undefined)
  await save(writer, id, async () => undefined)
  await vi.waitFor(() => expect(heard.times).toBe(2))
  expect(stopped.times).toBe(0)
})

it('takes nothing but the number of a revision for a hint', async () => {
  const url = await newDatabase()
  const store = await open(url)
  const heard = await listen(store)
  for (const payload of ['', 'x', '-1', '1 ', '1'.repeat(17), '7']) {
    await execute(url, `notify postern_revision, '${payload}'`)
  }
  await vi.waitFor(() => expect(heard.times).toBeGreaterThan(0))
  expect(heard.times).toBe(1)
})

it('reads and listens again after it lost its connection', async () => {
  const url = await newDatabase()
  const store = await open(url)
  const heard = await listen(store)
  await execute(
    url,
    `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`,
  )
  await vi.waitFor(() => store.readChanges(request))
  await founded(await open(url))
  await vi.waitFor(() => expect(heard.times).toBe(1))
})

it('gives up on a server that does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const address = silent.address()
  const port = typeof address === 'object' ? address?.port : 0
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const lease = new Lease({ ...postgresDeps, url, mode: 'off', intervalMs: 100 })
  const feed = new PostgresFeed({ url, timeoutMs: 100, lease })
  await expect(feed.readChanges(request)).rejects.toThrow('connection to the store is lost')
  await feed.close()
  silent.close()
})

it('tells of later writes when it could not tell of one', async () => {
  const url = await newDatabase()
  const heard = await listen(await open(url))
  const proxy = await startProxy(Number(new URL(url).port))
  onTestFinished(() => proxy.close())
  const through = new URL(url)
  through.port = String(proxy.port)
  const lease = new Lease({ ...postgresDeps, url, mode: 'off', intervalMs: 1_000 })
  const feed = new PostgresFeed({ url: through.href, timeoutMs: 200, lease })
  onTestFinished(() => feed.close())
  const revision = { epoch: '00000000000000aa', number: 1, nonce: '00000000000000bb' }
  proxy.setWeather({ kind: 'freeze' })
  feed.announce(revision)
  await expect(feed.readChanges(request)).rejects.toMatchObject({ message: expect.any(String) })
  proxy.setWeather({ kind: 'pass' })
  feed.announce({ ...revision, number: 2 })
  await vi.waitFor(() => expect(heard.times).toBe(1))
})

it('does not ask a standby, which may be late', async () => {
  const standby = await startPostgres({ standby: true })
  onTestFinished(() => standby.stop())
  const { url } = standby
  const lease = new Lease({ ...postgresDeps, url, mode: 'off', intervalMs: 1_000 })
  const feed = new PostgresFeed({ url, timeoutMs: 1_000, lease })
  onTestFinished(() => feed.close())
  await expect(feed.readChanges(request)).rejects.toMatchObject({
    kind: 'unavailable',
    reason: 'STORE_STANDBY',
  })
})

it('does not believe a server that may not tell its timeline', async () => {
  const url = await newDatabase()
  const store = await open(url)
  await founded(store)
  const role = `mute_${new URL(url).pathname.slice(6)}`
  await execute(
    url,
    `create role ${role} login; grant select on all tables in schema public to ${role};
      revoke execute on function pg_walfile_name(pg_lsn) from public`,
  )
  const mute = new URL(url)
  mute.username = role
  const lease = new Lease({ ...postgresDeps, url, mode: 'off', intervalMs: 1_000 })
  const feed = new PostgresFeed({ url: mute.href, timeoutMs: 1_000, lease })
  onTestFinished(() => feed.close())
  await expect(feed.readChanges(request)).rejects.toMatchObject({ reason: 'STORE_STANDBY' })
})

it('has no lease where there is no standby, unless it is asked for', async () => {
  const url = await newDatabase()
  const ageOf = async (mode: PostgresStoreDeps['lease']) => {
    const store = await open(url, { lease: mode })
    await execute(url, 'update store_lease set at_ms = 0')
    return (await store.readChanges(request)).authority.leaseAgeMs
  }
  expect(await ageOf('auto')).toBe(0)
  expect(await ageOf('off')).toBe(0)
  expect(await ageOf('on')).toBeGreaterThan(hour)
})

it('renews its lease again and again, when it has grown old', async () => {
  const url = await newDatabase()
  const beats: (() => void)[] = []
  const store = await open(url, {
    lease: 'on',
    schedule: (delayMs, work) => {
      expect(delayMs).toBe(postgresDeps.feedTimeoutMs)
      beats.push(work)
      return () => {}
    },
  })
  const age = async () => (await store.readChanges(request)).authority.leaseAgeMs
  expect(await age()).toBeLessThan(hour)
  for (const next of [1, 2]) {
    await execute(url, `update store_lease set at_ms = at_ms - ${hour}`)
    expect(await age()).toBeGreaterThanOrEqual(hour)
    beats.at(-1)?.()
    await vi.waitFor(() => expect(beats).toHaveLength(next + 1))
    expect(await age()).toBeLessThan(hour)
  }
})

it('believes no lease from the future, and renews it', async () => {
  const url = await newDatabase()
  const store = await open(url, { lease: 'on' })
  const age = async (prove: boolean) =>
    (await store.readChanges({ ...request, prove })).authority.leaseAgeMs
  await execute(url, `update store_lease set at_ms = at_ms + ${hour}`)
  expect(await age(false)).toBeGreaterThan(hour)
  expect(await age(true)).toBeLessThan(hour)
})

it('leaves a lease that is young to the server that renewed it', async () => {
  const url = await newDatabase()
  await open(url, { lease: 'on' })
  const read = () => execute(url, 'select xmin::text from store_lease')
  await execute(url, `update store_lease set at_ms = at_ms + ${hour}`)
  await open(url, { lease: 'on' })
  const before = await read()
  await open(url, { lease: 'on', feedTimeoutMs: hour })
  expect(await read()).toEqual(before)
})

it('proves itself by a commit when it is asked to', async () => {
  const url = await newDatabase()
  const store = await open(url, { lease: 'on' })
  await execute(url, `update store_lease set at_ms = at_ms - ${hour}`)
  const { authority } = await store.readChanges({ ...request, prove: true })
  expect(authority.leaseAgeMs).toBeLessThan(hour)
})
