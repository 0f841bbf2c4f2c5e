import type { Kysely } from 'kysely'
import type { CompileCondition } from '../../domain/condition/condition.js'
import type { FindBuiltinPermissionSet } from '../../domain/permission-set.js'
import type { PacerDeps } from '../../service/pacer.js'
import type { Change, ChangePage, ChangeRequest } from '../../service/ports/change-log.js'
import type {
  ReadTransaction,
  Stamped,
  Store,
  WriteTransaction,
} from '../../service/ports/store.js'
import type { StoreUpkeep, Trimmed, TrimRequest } from '../../service/ports/upkeep.js'
import type { Revision } from '../../service/revision.js'
import { AccountStore } from './account-store.js'
import { ApiKeyStore } from './api-key-store.js'
import { ApplicationStore } from './application-store.js'
import { SqlCensus } from './census.js'
import { randomHex, readRevision, toChangeLogEntry } from './change-log.js'
import { SqlDecisionReader } from './decision-reader.js'
import type { SqlEngine } from './engine.js'
import { SqlEnrollmentStore } from './enrollment-store.js'
import { isRetryable, toRefusal, unavailable } from './errors.js'
import { GroupStore } from './group-store.js'
import { OrganizationStore } from './organization-store.js'
import { PermissionSetStore } from './permission-set-store.js'
import { PolicyStore } from './policy-store.js'
import { ProjectStore } from './project-store.js'
import { SqlReplyStore } from './reply-store.js'
import { ResourceStore } from './resource-store.js'
import type { Schema } from './schema.js'
import { SqlSearch } from './search.js'
import { trim } from './trim.js'
import { UserStore } from './user-store.js'

export interface SqlStoreDeps extends PacerDeps {
  readonly findBuiltin: FindBuiltinPermissionSet
  readonly compileCondition: CompileCondition
  /** From a cryptographically secure source. */
  randomBytes(count: number): Uint8Array
  /** Milliseconds since the epoch. */
  now(): number
}

export function createSqlStore(engine: SqlEngine, deps: SqlStoreDeps): Store & StoreUpkeep {
  return new SqlStore(engine, deps)
}

const retriesMax = 3

class SqlStore implements Store, StoreUpkeep {
  readonly #engine: SqlEngine
  readonly #deps: SqlStoreDeps
  #closing: Promise<void> | undefined

  constructor(engine: SqlEngine, deps: SqlStoreDeps) {
    this.#engine = engine
    this.#deps = deps
  }

  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<Stamped<T>> {
    return this.#guard(() =>
      this.#engine.read(async (db) => {
        // First, because a snapshot begins with the first statement that looks at it.
        const revision = await readRevision(db)
        return { value: await work(this.#transaction(db, ignore)), revision }
      }),
    )
  }

  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<Stamped<T>> {
    return this.#guard(async () => {
      for (let retries = 0; ; retries++) {
        try {
          return await this.#writeOnce(work)
        } catch (error) {
          if (retries === retriesMax || !isRetryable(error)) throw error
        }
      }
    })
  }

  readChanges(request: ChangeRequest): Promise<ChangePage> {
    return this.#guard(() => this.#engine.readChanges(request))
  }

  onHint(listener: () => void): () => void {
    return this.#engine.onHint(listener)
  }

  trim(request: TrimRequest): Promise<Trimmed> {
    return this.#guard(() => this.#engine.write((db) => trim(db, request)))
  }

  renewEpoch(change: Change): Promise<Revision> {
    const entry = toChangeLogEntry([change], this.#deps)
    return this.#guard(async () => {
      const revision = await this.#engine.write(async (db) => {
        const epoch = randomHex(this.#deps, 8)
        await db.updateTable('store_head').set({ epoch }).where('one', '=', 1).execute()
        return this.#engine.appendRevision(db, entry)
      })
      this.#engine.announce(revision)
      return revision
    })
  }

  ping(): Promise<void> {
    return this.#guard(() => this.#engine.ping())
  }

  close(): Promise<void> {
    this.#closing ??= this.#engine.close()
    return this.#closing
  }

  async #writeOnce<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<Stamped<T>> {
    let hasChanged = false
    const written = await this.#engine.write(async (db) => {
      const changes: Change[] = []
      const value = await work(this.#transaction(db, (change) => changes.push(change)))
      const [first, ...rest] = changes
      hasChanged = first !== undefined
      const revision = first
        ? await this.#engine.appendRevision(db, toChangeLogEntry([first, ...rest], this.#deps))
        : await readRevision(db)
      return { value, revision }
    })
    if (hasChanged) this.#engine.announce(written.revision)
    return written
  }

  #transaction(db: Kysely<Schema>, record: (change: Change) => void): WriteTransaction {
    const deps = this.#deps
    return {
      record,
      decisions: new SqlDecisionReader(db, deps),
      search: new SqlSearch(db),
      organizations: new OrganizationStore(db, (id) => this.#engine.lockOrganization(db, id)),
      projects: new ProjectStore(db, deps.now),
      resources: new ResourceStore(db),
      accounts: new AccountStore(db),
      users: new UserStore(db),
      enrollments: new SqlEnrollmentStore(db),
      replies: new SqlReplyStore(db),
      census: new SqlCensus(db),
      applications: new ApplicationStore(db),
      groups: new GroupStore(db),
      apiKeys: new ApiKeyStore(db),
      permissionSets: new PermissionSetStore(db),
      policies: new PolicyStore(db, deps),
    }
  }

  async #guard<T>(act: () => Promise<T>): Promise<T> {
    if (this.#closing) throw unavailable('STORE_CLOSED', 'the store is closed')
    try {
      return await act()
    } catch (error) {
      throw toRefusal(error)
    }
  }
}

/** Readers are not told of `record`. */
function ignore(): void {}
