import type { Kysely } from 'kysely'
import type { ChangePage, ChangeRequest } from '../../service/ports/change-log.js'
import type { Revision } from '../../service/revision.js'
import type { ChangeLogEntry } from './change-log.js'
import type { Schema } from './schema.js'

/** What the store needs of SQLite or PostgreSQL; everything else is the same SQL on both. */
export interface SqlEngine {
  /** Runs `work` on one snapshot that no write changes. */
  read<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /** Runs `work` in one transaction, once. */
  write<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /** Holds the organization against other writers until the transaction ends. */
  lockOrganization(db: Kysely<Schema>, id: string): Promise<void>
  /** Takes the next revision and logs the entry under it. Must be the transaction's last act. */
  appendRevision(db: Kysely<Schema>, entry: ChangeLogEntry): Promise<Revision>
  /** As `Store.readChanges`. */
  readChanges(request: ChangeRequest): Promise<ChangePage>
  /** As `Store.onHint`. */
  onHint(listener: () => void): () => void
  /** Tells other processes of a revision that was committed; whether they hear is not known. */
  announce(revision: Revision): void
  ping(): Promise<void>
  /** Waits for running transactions. */
  close(): Promise<void>
}
