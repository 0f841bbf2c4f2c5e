import pg from 'pg'
import type { OrganizationId } from '../../domain/ids.js'
import type { ChangePage, ChangeRequest, ChangeRow } from '../../service/ports/change-log.js'
import type { Revision } from '../../service/revision.js'
import { toRevision } from './change-log.js'
import { ConnectionLost, unavailable } from './errors.js'
import { readStrings } from './json.js'
import { OwnConnection } from './postgres-connection.js'
import { type Lease, leaseAge, renewLease } from './postgres-lease.js'

export interface PostgresFeedDeps {
  readonly url: string
  /** For each statement. A reading that takes longer is worth nothing to who waits for it. */
  readonly timeoutMs: number
  readonly lease: Lease
}

/** Reads the change log from the primary, and tells and hears of new revisions. */
export class PostgresFeed {
  readonly #lease: Lease
  /** Never one of the pool's: what keeps those busy must not make what is cached look old. */
  readonly #connection: OwnConnection
  readonly #listeners = new Set<() => void>()
  #unannounced: Revision | undefined

  constructor({ url, timeoutMs, lease }: PostgresFeedDeps) {
    this.#lease = lease
    const prepare = (client: pg.Client) => this.#listen(client)
    this.#connection = new OwnConnection({ url, timeoutMs, prepare })
  }

  async readChanges(request: ChangeRequest): Promise<ChangePage> {
    try {
      return await this.#connection.use((client) => this.#read(client, request))
    } catch (error) {
      throw toStanding(error)
    }
  }

  onHint(listener: () => void): () => void {
    this.#listeners.add(listener)
    // Who only listens needs the connection too; who also reads the log brings it back when lost.
    this.#connection.use(async () => undefined).catch(ignore)
    return () => void this.#listeners.delete(listener)
  }

  /** Several at once become one: only the newest matters. */
  announce(revision: Revision): void {
    const isUnderWay = this.#unannounced !== undefined
    this.#unannounced = revision
    if (isUnderWay) return
    this.#connection
      .use((client) => this.#announce(client))
      .catch(() => {
        // Lost, as hints may be; the next one must not wait for it.
        this.#unannounced = undefined
      })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #read(client: pg.Client, { from, rowsMax, prove }: ChangeRequest): Promise<ChangePage> {
    const isProved = prove === true && this.#lease.isOn
    // On the same connection, and so the same server, as the reading that it vouches for.
    if (isProved) await renewLease(client, 0)
    const { rows } = await client.query<FeedRow>(statement, [from, rowsMax])
    const [first] = rows
    if (!first) throw new Error('store_head or store_lease has no row')
    if (first.has_standbys && !this.#lease.isOn) void this.#lease.turnOn(true)
    // The first time that anybody sees standbys, nothing was proved yet.
    if (prove && this.#lease.isOn && !isProved) {
      return this.#read(client, { from, rowsMax, prove })
    }
    return toPage(rows, first, this.#lease.isOn)
  }

  async #listen(client: pg.Client): Promise<void> {
    client.on('notification', ({ payload }) => {
      if (!/^\d{1,16}$/.test(payload ?? '')) return
      for (const listener of this.#listeners) listener()
    })
    await client.query(`listen ${channel}`)
  }

  /** Waits for no standby and no disk: what is told is committed, and may be lost. */
  async #announce(client: pg.Client): Promise<void> {
    const number = this.#unannounced?.number
    this.#unannounced = undefined
    await client.query(
      `begin; set local synchronous_commit = off; notify ${channel}, '${number}'; commit`,
    )
  }
}

const channel = 'postern_revision'

/**
 * One statement, and so one snapshot; the left join, because the log may hold nothing that new. A
 * standby has no position of its own to tell the timeline by.
 */
const statement = `
  select head.epoch, head.rev as head_rev, head.nonce as head_nonce,
    case when pg_is_in_recovery() then null
      else substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) end as timeline,
    current_setting('synchronous_standby_names') <> '' as has_standbys,
    ${leaseAge} as lease_age_ms,
    log.rev, log.nonce, log.organization_id, log.at_ms, log.keys
  from store_head as head
  join store_lease as lease on lease.one = 1
  left join (
    select rev, nonce, organization_id, at_ms, keys from change_log
    where rev >= $1 order by rev limit $2
  ) as log on true
  where head.one = 1
  order by log.rev`

type FeedRow = {
  readonly epoch: string
  readonly head_rev: number
  readonly head_nonce: string
  /** 8 hex digits. */
  readonly timeline: string | null
  readonly has_standbys: boolean
  readonly lease_age_ms: number
} & (LoggedRow | { readonly rev: null })

interface LoggedRow {
  readonly rev: number
  readonly nonce: string
  readonly organization_id: string
  readonly at_ms: number
  readonly keys: string
}

function toPage(rows: readonly FeedRow[], first: FeedRow, isLeaseOn: boolean): ChangePage {
  const { epoch, head_rev, head_nonce, timeline, lease_age_ms } = first
  if (timeline === null) throw standby('is a standby')
  return {
    head: toRevision({ epoch, rev: head_rev, nonce: head_nonce }),
    rows: rows.flatMap((row) => (row.rev === null ? [] : [toChangeRow(row)])),
    authority: {
      timeline: Number.parseInt(timeline, 16),
      leaseAgeMs: isLeaseOn ? toAge(lease_age_ms) : 0,
    },
  }
}

/** A clock that was set back cannot tell an age: until the next renewal, it may be any. */
function toAge(ms: number): number {
  return ms < 0 ? Number.MAX_SAFE_INTEGER : ms
}

function toChangeRow({ rev, nonce, organization_id, at_ms: atMs, keys }: LoggedRow): ChangeRow {
  return {
    number: rev,
    nonce,
    organizationId: organization_id as OrganizationId,
    atMs,
    keys: readStrings({ name: 'change_log.keys', text: keys }),
  }
}

/** Recovery, or a server that has no such functions or does not let us call them. */
const cannotSay = /^(25006|55000|42501|42883|0A000)$/

function toStanding(error: unknown): unknown {
  if (error instanceof ConnectionLost || !(error instanceof pg.DatabaseError)) return error
  return cannotSay.test(error.code ?? '') ? standby('does not tell its timeline', error) : error
}

function standby(why: string, cause?: unknown): Error {
  return unavailable('STORE_STANDBY', `the store's server ${why}: it is not asked`, cause)
}

function ignore(): void {}
