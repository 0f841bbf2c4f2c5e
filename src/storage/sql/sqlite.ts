import { Kysely, SqliteDialect, sql } from 'kysely'
import type { ChangePage, ChangeRequest } from '../../service/ports/change-log.js'
import type { Store } from '../../service/ports/store.js'
import type { StoreUpkeep } from '../../service/ports/upkeep.js'
import type { Revision } from '../../service/revision.js'
import { type ChangeLogEntry, randomHex, readChangePage, toRevision } from './change-log.js'
import type { SqlEngine } from './engine.js'
import { toCommitError, toRefusal } from './errors.js'
import { migrate } from './migrate.js'
import type { Schema } from './schema.js'
import {
  checkDatabase,
  claimDatabase,
  type FileLock,
  lockFile,
  openFile,
  prepareFile,
  toFileError,
} from './sqlite-file.js'
import { ReaderPool } from './sqlite-readers.js'
import { createSqlStore, type SqlStoreDeps } from './store.js'
import { inTransaction } from './transaction.js'

export interface SqliteStoreDeps extends SqlStoreDeps {
  /** The database file; it and its directory are made when they are not there. */
  readonly path: string
}

/**
 * Opens the embedded store. Throws `failed-precondition` when another process, or another store of
 * this one, has it open, and when the file is damaged, foreign or of a newer Postern.
 */
export async function openSqliteStore({
  path,
  ...deps
}: SqliteStoreDeps): Promise<Store & StoreUpkeep> {
  const file = prepareFile(path)
  const lock = lockFile(file)
  const opened: Kysely<Schema>[] = []
  try {
    const writer = openConnection(file, ['synchronous = full', 'foreign_keys = on'])
    opened.push(writer)
    await checkDatabase(writer, file)
    // Before there is a table: a file with tables and without our mark is somebody else's.
    await claimDatabase(writer)
    await migrateSqlite(writer, deps)
    const readers = Array.from({ length: readersMax }, () =>
      openConnection(file, ['query_only = on']),
    )
    opened.push(...readers)
    return createSqlStore(new SqliteEngine(writer, readers, lock), deps)
  } catch (error) {
    await Promise.all(opened.map((db) => db.destroy()))
    lock.release()
    throw toRefusal(toFileError(error, file))
  }
}

/** Reads that overlap; more of them wait. */
const readersMax = 4
/** Only a tool such as a backup can hold a lock against the one process that has the store. */
const busyTimeoutMs = 1_000

function openConnection(file: string, pragmas: readonly string[]): Kysely<Schema> {
  const database = openFile(file, busyTimeoutMs)
  for (const pragma of pragmas) database.exec(`pragma ${pragma}`)
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
}

async function migrateSqlite(db: Kysely<Schema>, deps: SqlStoreDeps): Promise<void> {
  await sql`pragma journal_mode = wal`.execute(db)
  const words = {
    text: 'text',
    integer: 'integer',
    table: 'strict',
    hotRow: 'strict',
    randomHex: () => randomHex(deps, 8),
  }
  await migrate({ db, words, nowMs: deps.now(), begin: ['begin immediate'] })
}

class SqliteEngine implements SqlEngine {
  readonly #writer: Kysely<Schema>
  readonly #readers: ReaderPool
  readonly #lock: FileLock

  constructor(writer: Kysely<Schema>, readers: readonly Kysely<Schema>[], lock: FileLock) {
    this.#writer = writer
    this.#readers = new ReaderPool(readers)
    this.#lock = lock
  }

  read<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return this.#readers.use((reader) => inTransaction(reader, { begin: ['begin'] }, work))
  }

  write<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const settings = { begin: ['begin immediate'], onCommitError: toCommitError }
    return inTransaction(this.#writer, settings, work)
  }

  /** Every write holds the whole database from its first statement on. */
  async lockOrganization(): Promise<void> {}

  async appendRevision(db: Kysely<Schema>, entry: ChangeLogEntry): Promise<Revision> {
    const { nonce } = entry
    const head = await db
      .updateTable('store_head')
      .set({ rev: sql`rev + 1`, nonce })
      .where('one', '=', 1)
      .returning(['epoch', 'rev', 'nonce'])
      .executeTakeFirstOrThrow()
    const { rev } = head
    const row = { rev, nonce, organization_id: entry.organizationId, keys: entry.keys }
    await db
      .insertInto('change_log')
      .values({ ...row, at_ms: entry.atMs })
      .execute()
    // One at a time: a large import leaves more rows than a statement may have parameters for.
    for (const audit of entry.audit) {
      await db
        .insertInto('audit_entries')
        .values({ ...audit, rev })
        .execute()
    }
    return toRevision(head)
  }

  readChanges(request: ChangeRequest): Promise<ChangePage> {
    return this.read((db) => readChangePage(db, request))
  }

  /** The one process that has the store knows of its writes without being told. */
  onHint(): () => void {
    return () => undefined
  }

  announce(): void {}

  async ping(): Promise<void> {
    await this.#readers.use((reader) => sql`select 1 from store_head`.execute(reader))
  }

  async close(): Promise<void> {
    await this.#writer.connection().execute(async () => undefined)
    await this.#readers.destroy()
    await this.#writer.destroy()
    this.#lock.release()
  }
}
