import type { Revision } from '../revision.js'
import type { ApiKeyReader, ApiKeyWriter } from './api-keys.js'
import type { ApplicationReader, ApplicationWriter } from './applications.js'
import type { Change, ChangePage, ChangeRequest } from './change-log.js'
import type { DecisionReader } from './decisions.js'
import type { EnrollmentStore } from './enrollments.js'
import type { GroupReader, GroupWriter } from './groups.js'
import type { Census, OrganizationReader, OrganizationWriter } from './organizations.js'
import type { PermissionSetReader, PermissionSetWriter } from './permission-sets.js'
import type { PolicyReader, PolicyWriter } from './policies.js'
import type { ProjectReader, ProjectWriter } from './projects.js'
import type { ReplyStore } from './replies.js'
import type { ResourceReader, ResourceWriter } from './resources.js'
import type { SearchReader } from './search.js'
import type { AccountReader, AccountWriter, UserReader, UserWriter } from './users.js'

/**
 * What the services need from a durable store. Every method rejects with `DomainError` of kind
 * `unavailable` when the store cannot answer; lists are empty, never absent.
 */
export interface Store {
  /** Runs `work` on one snapshot, which `revision` names. */
  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<Stamped<T>>
  /**
   * Runs `work` in one transaction and commits what it did, or nothing when it throws. When `work`
   * recorded changes, the transaction takes the next revision as its last act; otherwise
   * `revision` is the snapshot's. `work` may run again when the store asks for a retry.
   */
  write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<Stamped<T>>
  /**
   * The newest revision, and the log from `from` on (it included, where it is still there), oldest
   * first, at most `rowsMax` rows; all from one snapshot. With `prove`, the store first commits
   * something, where it has standbys: who is no longer the primary cannot. Rejects with
   * `unavailable` on a standby.
   */
  readChanges(request: ChangeRequest): Promise<ChangePage>
  /**
   * Calls `listener` when the store tells of a new revision by itself. Hints may be lost, late or
   * false: they only make somebody look sooner. Answers how to stop.
   */
  onHint(listener: () => void): () => void
  /** Rejects when the store cannot be reached. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface Stamped<T> {
  readonly value: T
  readonly revision: Revision
}

export interface ReadTransaction {
  readonly decisions: DecisionReader
  readonly search: SearchReader
  readonly organizations: OrganizationReader
  readonly projects: ProjectReader
  readonly resources: ResourceReader
  readonly accounts: AccountReader
  readonly users: UserReader
  readonly applications: ApplicationReader
  readonly groups: GroupReader
  readonly apiKeys: ApiKeyReader
  readonly permissionSets: PermissionSetReader
  readonly policies: PolicyReader
}

export interface WriteTransaction extends ReadTransaction {
  readonly enrollments: EnrollmentStore
  readonly organizations: OrganizationWriter
  readonly projects: ProjectWriter
  readonly resources: ResourceWriter
  readonly accounts: AccountWriter
  readonly users: UserWriter
  readonly applications: ApplicationWriter
  readonly groups: GroupWriter
  readonly apiKeys: ApiKeyWriter
  readonly permissionSets: PermissionSetWriter
  readonly policies: PolicyWriter
  readonly replies: ReplyStore
  readonly census: Census
  /** Names what this transaction changed; at least once in every write. */
  record(change: Change): void
}
