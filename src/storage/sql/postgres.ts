import { type Kysely, sql } from 'kysely'
import type { ChangePage, ChangeRequest } from '../../service/ports/change-log.js'
import type { Store } from '../../service/ports/store.js'
import type { StoreUpkeep } from '../../service/ports/upkeep.js'
import type { Revision } from '../../service/revision.js'
import type { Schedule } from '../../service/schedule.js'
import { type ChangeLogEntry, randomHex, toRevision } from './change-log.js'
import type { SqlEngine } from './engine.js'
import { toCommitError, toRefusal } from './errors.js'
import { migrate } from './migrate.js'
import { checkServer, type ServerStanding } from './postgres-check.js'
import { PostgresFeed } from './postgres-feed.js'
import { Lease, type LeaseMode } from './postgres-lease.js'
import { openPool } from './postgres-pool.js'
import type { Schema } from './schema.js'
import { createSqlStore, type SqlStoreDeps } from './store.js'
import { inTransaction } from './transaction.js'

export interface PostgresStoreDeps extends SqlStoreDeps {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string
  /** For each reading of the change log; the lease is renewed as often. */
  readonly feedTimeoutMs: number
  readonly lease: LeaseMode
  /** From 0 to 1. */
  random(): number
  readonly schedule: Schedule
}

/**
 * Opens the store on PostgreSQL 15 or newer. Throws `failed-precondition` when the server would
 * lose acknowledged writes, is a standby, is too old, or was migrated by a newer Postern.
 */
export async function openPostgresStore(deps: PostgresStoreDeps): Promise<Store & StoreUpkeep> {
  const { url, feedTimeoutMs: timeoutMs, lease: mode, random, schedule } = deps
  const lease = new Lease({ url, mode, intervalMs: timeoutMs, random, schedule })
  try {
    const { hasStandbys } = await prepareServer(url, deps)
    await lease.turnOn(hasStandbys)
  } catch (error) {
    throw toRefusal(error)
  }
  const feed = new PostgresFeed({ url, timeoutMs, lease })
  return createSqlStore(new PostgresEngine(openPool(url, poolLimits), { feed, lease }), deps)
}

const poolLimits = { connectionsMax: 10, statementTimeoutMs: 5_000 }
/** Migrations may rewrite tables, and may wait for another server's. */
const migrationLimits = { connectionsMax: 1, statementTimeoutMs: 600_000 }
/** Any number that nobody else in the database uses. */
const migrationLock = 5_789_784_670

async function prepareServer(url: string, deps: SqlStoreDeps): Promise<ServerStanding> {
  const db = openPool(url, migrationLimits)
  try {
    const standing = await checkServer(db)
    const begin = ['begin', `select pg_advisory_xact_lock(${migrationLock})`]
    const words = {
      text: 'text collate "C"',
      integer: 'bigint',
      table: '',
      // Room for new versions of the one row, so that updating it never touches an index.
      hotRow: 'with (fillfactor = 10)',
      randomHex: () => randomHex(deps, 8),
    }
    await migrate({ db, words, nowMs: deps.now(), begin })
    return standing
  } finally {
    await db.destroy()
  }
}

class PostgresEngine implements SqlEngine {
  readonly #db: Kysely<Schema>
  readonly #feed: PostgresFeed
  readonly #lease: Lease

  constructor(db: Kysely<Schema>, { feed, lease }: { feed: PostgresFeed; lease: Lease }) {
    this.#db = db
    this.#feed = feed
    this.#lease = lease
  }

  read<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const begin = ['begin isolation level repeatable read read only']
    return inTransaction(this.#db, { begin }, work)
  }

  write<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const begin = ['begin isolation level read committed read write']
    return inTransaction(this.#db, { begin, onCommitError: toCommitError }, work)
  }

  async lockOrganization(db: Kysely<Schema>, id: string): Promise<void> {
    await db.selectFrom('organizations').select('id').where('id', '=', id).forUpdate().execute()
  }

  /** One statement, so that the row every writer needs is locked only while the commit flushes. */
  async appendRevision(db: Kysely<Schema>, entry: ChangeLogEntry): Promise<Revision> {
    const { nonce, organizationId, keys, atMs, audit } = entry
    const appended = await sql<{ epoch: string; rev: number; nonce: string }>`
      with head as (
        update store_head set rev = rev + 1, nonce = ${nonce} where one = 1
        returning epoch, rev, nonce
      ), logged as (
        insert into change_log (rev, nonce, organization_id, keys, at_ms)
        select rev, nonce, ${organizationId}, ${keys}, ${atMs} from head
      ), audited as (
        insert into audit_entries (rev, ${sql.join(auditColumns.map((name) => sql.ref(name)))})
        select head.rev, entry.* from head
        cross join json_to_recordset(${JSON.stringify(audit)}::json)
          as entry (${sql.raw(auditColumns.map((name) => `${name} ${auditType(name)}`).join(', '))})
      )
      select epoch, rev, nonce from head`.execute(db)
    const [head] = appended.rows
    if (!head) throw new Error('store_head has no row')
    return toRevision(head)
  }

  readChanges(request: ChangeRequest): Promise<ChangePage> {
    return this.#feed.readChanges(request)
  }

  onHint(listener: () => void): () => void {
    return this.#feed.onHint(listener)
  }

  announce(revision: Revision): void {
    this.#feed.announce(revision)
  }

  async ping(): Promise<void> {
    await sql`select 1 from store_head`.execute(this.#db)
  }

  async close(): Promise<void> {
    await this.#db.destroy()
    await Promise.all([this.#feed.close(), this.#lease.close()])
  }
}

const auditColumns = [
  'id',
  'organization_id',
  'actor_key_id',
  'actor_type',
  'actor_id',
  'ip',
  'user_agent',
  'action',
  'resource_type',
  'resource_id',
  'before_json',
  'after_json',
  'at_ms',
] as const

/** One parameter for all rows: a large import leaves more than a statement may have parameters. */
function auditType(name: (typeof auditColumns)[number]): string {
  return name === 'at_ms' ? 'bigint' : 'text'
}
