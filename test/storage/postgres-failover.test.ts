import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Store } from '../../src/service/ports/store.js'
import { openPostgresStore } from '../../src/storage/sql/postgres.js'
import { aProject, founded, postgresDeps, save } from '../contract/store-fixture.js'
import {
  execute,
  type PostgresServer,
  promote,
  startPostgres,
  startStandby,
} from '../support/postgres-server.js'

const request = { from: 1, rowsMax: 1_000 }
const hour = 3_600_000
const unavailable = { kind: 'unavailable' }
const unknown = { ...unavailable, reason: 'COMMIT_OUTCOME_UNKNOWN' }

/** Two servers: a primary that waits for its standby, and the standby, which takes over. */
describe('failover', () => {
  let old: PostgresServer
  let successor: PostgresServer
  /** Opened before the server waited for its standby. */
  let early: Store
  let store: Store
  let organization: Awaited<ReturnType<typeof founded>>
  const beats: (() => void)[] = []

  beforeAll(async () => {
    old = await startPostgres()
    successor = await startStandby(old)
    early = await openPostgresStore({ url: old.url, ...postgresDeps })
    await execute(old.url, "alter system set synchronous_standby_names = '*'")
    await execute(old.url, 'select pg_reload_conf()')
    await vi.waitFor(async () => {
      const rows = await execute(old.url, 'select sync_state from pg_stat_replication')
      expect(rows).toEqual([{ sync_state: 'sync' }])
    })
    store = await openPostgresStore({
      url: old.url,
      ...postgresDeps,
      schedule: (_, work) => {
        beats.push(work)
        return () => {}
      },
    })
    organization = await founded(store)
  })
  afterAll(async () => {
    await store.close()
    await early.close()
    await successor.stop()
    await old.stop()
  })

  const authority = async () => (await store.readChanges(request)).authority
  const age = async () => (await authority()).leaseAgeMs

  it('has a lease as soon as commits wait for a standby', async () => {
    await execute(old.url, `update store_lease set at_ms = at_ms - ${hour}`)
    expect(await age()).toBeGreaterThanOrEqual(hour)
    beats.at(-1)?.()
    await vi.waitFor(async () => expect(await age()).toBeLessThan(hour))
    await execute(old.url, `update store_lease set at_ms = at_ms - ${hour}`)
    const proved = await store.readChanges({ ...request, prove: true })
    expect(proved.authority.leaseAgeMs).toBeLessThan(hour)
  })

  it('has one too when the server began to wait while the store was open', async () => {
    await execute(old.url, `update store_lease set at_ms = at_ms - ${hour}`)
    const proved = await early.readChanges({ ...request, prove: true })
    expect(proved.authority.leaseAgeMs).toBeLessThan(hour)
    await execute(old.url, `update store_lease set at_ms = at_ms - ${hour}`)
    const { authority } = await early.readChanges(request)
    expect(authority.leaseAgeMs).toBeGreaterThanOrEqual(hour)
  })

  it('refuses the standby', async () => {
    const opened = openPostgresStore({ url: successor.url, ...postgresDeps })
    await expect(opened).rejects.toMatchObject({ reason: 'STORE_UNSAFE' })
  })

  it('leaves an old primary that reads, on its own timeline, and commits nothing', async () => {
    const before = await store.readChanges(request)
    await promote(successor)
    const heir = await openPostgresStore({ url: successor.url, ...postgresDeps })
    const inherited = await heir.readChanges(request)
    expect(inherited.head).toEqual(before.head)
    expect(inherited.authority.timeline).toBeGreaterThan(before.authority.timeline)
    await save(heir, organization.id, async () => undefined)

    const write = save(store, organization.id, (tx) =>
      tx.projects.insert(aProject(organization.id)),
    )
    const written = expect(write).rejects.toMatchObject(unknown)
    const first = await age()
    await expect(store.readChanges({ ...request, prove: true })).rejects.toMatchObject(unavailable)
    const second = await age()
    beats.at(-1)?.()
    await written
    const after = await store.readChanges(request)
    await heir.close()
    expect(after.head).toEqual(before.head)
    expect(after.authority.timeline).toBe(before.authority.timeline)
    expect(second).toBeGreaterThan(first)
    expect(after.authority.leaseAgeMs).toBeGreaterThan(second)
  })

  it('takes a commit that went on without its standby for neither done nor undone', async () => {
    // What the writes before left behind waits until it is told to stop waiting.
    await cancelWaiting()
    const write = save(store, organization.id, async () => undefined)
    const refused = expect(write).rejects.toMatchObject(unknown)
    await cancelWaiting()
    await refused
  })

  it('takes a proof that went on without its standby for none', async () => {
    const proof = store.readChanges({ ...request, prove: true })
    const refused = expect(proof).rejects.toMatchObject(unavailable)
    await cancelWaiting()
    await refused
  })

  /** Until there was something to cancel. */
  async function cancelWaiting(): Promise<void> {
    await vi.waitFor(
      async () => {
        const rows = await execute(
          old.url,
          `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
        )
        expect(rows).not.toEqual([])
      },
      { interval: 5 },
    )
  }
})
