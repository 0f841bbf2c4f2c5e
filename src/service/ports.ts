import type { ApiKey, ApiKeyCredential } from '../domain/api-key.js'
import type { Application } from '../domain/application.js'
import type { EntityRef } from '../domain/entity.js'
import type { Group, GroupMembers } from '../domain/group.js'
import type {
  AccountId,
  ApiKeyId,
  ApplicationId,
  GroupId,
  OrganizationId,
  PermissionSetId,
  PolicyId,
  ProjectId,
  UserId,
} from '../domain/ids.js'
import type { Organization } from '../domain/organization.js'
import type { CustomPermissionSet } from '../domain/permission-set.js'
import type { CompiledPolicy, Policy } from '../domain/policy.js'
import type { PolicyPrincipal, Principal, PrincipalRef } from '../domain/principal.js'
import type { Project } from '../domain/project.js'
import type { QuotaNoun } from '../domain/quota.js'
import type { RegisteredResource } from '../domain/registered-resource.js'
import type { Account, User, UserType } from '../domain/user.js'
import type { Revision } from './revision.js'
import type { SearchReader } from './search-ports.js'

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

export interface ChangeRequest {
  readonly from: number
  readonly rowsMax: number
  readonly prove?: boolean
}

/** What a reader of the change log gets at a time. */
export interface ChangePage {
  readonly head: Revision
  readonly rows: readonly ChangeRow[]
  readonly authority: Authority
}

/** What whoever owns the store does with it, beside serving from it. */
export interface StoreUpkeep {
  /**
   * Deletes some of what is old: log rows from the oldest on, never the newest, and remembered
   * responses. Answers how many of each; fewer than `rowsMax` of both means that no more are old.
   */
  trim(request: TrimRequest): Promise<Trimmed>
  /**
   * Gives the store a new epoch: every revision that was handed out before belongs to another
   * history. The change is its first entry.
   */
  renewEpoch(change: Change): Promise<Revision>
}

export interface TrimRequest {
  /** Log rows written before this instant go. */
  readonly changesBeforeMs: number
  /** Remembered responses of before this instant go. */
  readonly repliesBeforeMs: number
  /** Of each, at a time. */
  readonly rowsMax: number
}

export interface Trimmed {
  readonly changes: number
  readonly replies: number
}

/** What a store can say of its own standing as the truth. */
export interface Authority {
  /** Grows with every failover; 0 where there can be none. */
  readonly timeline: number
  /** Since it last proved that it can commit, in milliseconds; 0 where nothing needs proof. */
  readonly leaseAgeMs: number
}

export interface ChangeRow {
  readonly number: number
  readonly nonce: string
  readonly organizationId: OrganizationId
  /** When it was written, in milliseconds since the epoch by the writer's clock. */
  readonly atMs: number
  /** `kind:id` of each entity that the write changed. */
  readonly keys: readonly string[]
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

/** One administrative act: what it changed for decisions, and what the audit keeps of it. */
export interface Change {
  readonly organizationId: OrganizationId
  readonly entities: readonly EntityRef[]
  readonly audit: AuditEntry
}

/** Never holds a secret or the hash of one. */
export interface AuditEntry {
  readonly atMs: number
  /** Absent when the server itself acted, as at first start. */
  readonly actor?: { readonly keyId: ApiKeyId; readonly principal: PrincipalRef }
  readonly ip: string
  readonly userAgent: string
  /** The permission that the act needed, for example `iam:group:create`. */
  readonly action: string
  readonly resourceType: string
  readonly resourceId: string
  /** The thing before and after, as it was and is stored. */
  readonly before?: unknown
  readonly after?: unknown
}

export interface Census {
  /** How many the organization has, as this transaction sees it; implicit groups do not count. */
  count(of: OrganizationId, noun: QuotaNoun): Promise<number>
}

/** A page of a list in ascending order of creation; ties by id. */
export interface PageRequest {
  readonly size: number
  /** The last element of the page before. */
  readonly after?: PagePosition
}

export interface PagePosition {
  readonly createdAtMs: number
  readonly id: string
}

/** The one port of the hot path: what a decision reads, entity by entity. */
export interface DecisionReader {
  /** Finds by the hash of the presented secret; expired ones are found too. */
  findCredential(secretHash: string): Promise<ApiKeyCredential | undefined>
  findCredentialByKeyId(id: ApiKeyId): Promise<ApiKeyCredential | undefined>
  findPrincipal(ref: PrincipalRef): Promise<Principal | undefined>
  findProjectOrganization(id: ProjectId): Promise<OrganizationId | undefined>
  /** The policies attached to any of the holders (users, applications, groups), by id. */
  policiesOf(holderIds: readonly string[]): Promise<readonly CompiledPolicy[]>
  /** Those of the refs that the organization has, as `findPrincipal` answers each; in no order. */
  findPrincipals(
    organizationId: OrganizationId,
    refs: readonly PrincipalRef[],
  ): Promise<readonly Principal[]>
  /** All principals of one type, as `findPrincipal` answers each. */
  listPrincipals(
    organizationId: OrganizationId,
    type: PrincipalRef['type'],
    page: PageRequest,
  ): Promise<readonly ListedPrincipal[]>
}

/** A principal, and where it stands in the list. */
export interface ListedPrincipal {
  readonly principal: Principal
  readonly position: PagePosition
}

export interface OrganizationReader {
  find(id: OrganizationId): Promise<Organization | undefined>
  findRoot(): Promise<Organization | undefined>
}

export interface OrganizationWriter extends OrganizationReader {
  /** Makes every other write to this organization wait until this transaction ends. */
  lock(id: OrganizationId): Promise<void>
  insert(organization: Organization): Promise<void>
  update(organization: Organization): Promise<void>
  delete(id: OrganizationId): Promise<void>
}

export interface ProjectReader {
  find(id: ProjectId): Promise<Project | undefined>
  findByName(organizationId: OrganizationId, name: string): Promise<Project | undefined>
  /** Those of `ids` that are the organization's. */
  existing(organizationId: OrganizationId, ids: readonly ProjectId[]): Promise<Set<ProjectId>>
  list(organizationId: OrganizationId, page: PageRequest): Promise<readonly Project[]>
}

export interface ProjectWriter extends ProjectReader {
  /** Throws `already-exists` when the id or the name is taken. */
  insert(project: Project): Promise<void>
  update(project: Project): Promise<void>
  /** Rules lose the project; keys that default to it go back to the default project. */
  delete(project: Project): Promise<void>
}

export interface ResourceFilter {
  readonly type?: string
  readonly projectId?: ProjectId
}

/** What a registered resource is called by in its organization. */
export interface ResourceKey {
  readonly type: string
  readonly id: string
}

/** A page of a list in the order of the bytes of type, then id. */
export interface ResourcePage {
  readonly size: number
  /** The last element of the page before. */
  readonly after?: ResourceKey
}

export interface ResourceReader {
  find(organizationId: OrganizationId, key: ResourceKey): Promise<RegisteredResource | undefined>
  list(
    organizationId: OrganizationId,
    filter: ResourceFilter,
    page: ResourcePage,
  ): Promise<readonly RegisteredResource[]>
}

/** Deleting a project deletes the resources registered in it. */
export interface ResourceWriter extends ResourceReader {
  /** Throws `already-exists` when the organization has one of this type and id. */
  insert(resource: RegisteredResource): Promise<void>
  update(resource: RegisteredResource): Promise<void>
  delete(organizationId: OrganizationId, key: ResourceKey): Promise<void>
}

export interface AccountReader {
  findByEmail(email: string): Promise<Account | undefined>
  /** The organization of which the person is owner or member. */
  findHome(id: AccountId): Promise<User | undefined>
}

export interface AccountWriter extends AccountReader {
  insert(account: Account & { readonly createdAtMs: number }): Promise<void>
}

export interface UserFilter {
  readonly ids?: readonly UserId[]
  readonly email?: string
  readonly externalId?: string
  readonly type?: UserType
}

export interface UserReader {
  find(id: UserId): Promise<User | undefined>
  findByEmail(organizationId: OrganizationId, email: string): Promise<User | undefined>
  findOwner(organizationId: OrganizationId): Promise<User | undefined>
  list(
    organizationId: OrganizationId,
    filter: UserFilter,
    page: PageRequest,
  ): Promise<readonly User[]>
  /** Pending users with this address, in every organization. */
  listInvitations(email: string, page: PageRequest): Promise<readonly User[]>
}

export interface UserWriter extends UserReader {
  /** Throws `already-exists` when the id, the address or the external id is taken. */
  insert(user: User): Promise<void>
  update(user: User): Promise<void>
  /** Deletes its keys and memberships with it; its policies must be detached before. */
  delete(id: UserId): Promise<void>
}

/** A member's standing permission to make its own first key, once. */
export interface Enrollment {
  readonly userId: UserId
  /** Of the token. */
  readonly hash: string
  readonly expiresAtMs: number
}

export interface EnrollmentStore {
  /** Expired ones are found too. */
  find(hash: string): Promise<Enrollment | undefined>
  /** A user has at most one. */
  replace(enrollment: Enrollment): Promise<void>
  delete(userId: UserId): Promise<void>
}

/** What was answered to a write that carried an idempotency key. */
export interface Reply {
  /** Who asked: keys of different callers never meet. */
  readonly actor: string
  /** Of the idempotency key. */
  readonly keyHash: string
  readonly organizationId: OrganizationId
  /** Of the request: another under the same key is a mistake. */
  readonly requestHash: string
  /** Encrypted: it can hold a fresh secret. */
  readonly response: string
  readonly createdAtMs: number
}

export interface ReplyStore {
  /** Those past their time are found too, until they are trimmed. */
  find(actor: string, keyHash: string): Promise<Reply | undefined>
  /** Replaces the one with the same actor and key. */
  put(reply: Reply): Promise<void>
  /** Counts that the reply was given again, so that giving it needs a commit. */
  count(reply: Reply): Promise<void>
}

export interface ApplicationFilter {
  readonly name?: string
  readonly externalId?: string
}

export interface ApplicationReader {
  find(id: ApplicationId): Promise<Application | undefined>
  list(
    organizationId: OrganizationId,
    filter: ApplicationFilter,
    page: PageRequest,
  ): Promise<readonly Application[]>
}

export interface ApplicationWriter extends ApplicationReader {
  /** Throws `already-exists` when the id or the external id is taken. */
  insert(application: Application): Promise<void>
  update(application: Application): Promise<void>
  /** Deletes its keys and memberships with it; its policies must be detached before. */
  delete(id: ApplicationId): Promise<void>
}

export interface GroupFilter {
  readonly name?: string
  readonly userId?: UserId
  readonly applicationId?: ApplicationId
}

export interface GroupReader {
  find(id: GroupId): Promise<Group | undefined>
  list(
    organizationId: OrganizationId,
    filter: GroupFilter,
    page: PageRequest,
  ): Promise<readonly Group[]>
}

export interface GroupWriter extends GroupReader {
  /** Throws `already-exists` when the id or the name is taken. */
  insert(group: Group): Promise<void>
  /** Writes everything but the members. */
  update(group: Group): Promise<void>
  /** Replaces the members; they must be of the group's organization. */
  setMembers(group: Group, members: GroupMembers): Promise<void>
  /** Its policies must be detached before. */
  delete(id: GroupId): Promise<void>
}

export interface ApiKeyFilter {
  readonly bearers?: readonly PrincipalRef[]
  readonly bearerType?: PrincipalRef['type']
  readonly expired?: { readonly value: boolean; readonly nowMs: number }
}

/** One accepted secret of a key. */
export interface SecretHash {
  readonly hash: string
  readonly expiresAtMs?: number
}

export interface ApiKeyReader {
  find(id: ApiKeyId): Promise<ApiKey | undefined>
  list(
    organizationId: OrganizationId,
    filter: ApiKeyFilter,
    page: PageRequest,
  ): Promise<readonly ApiKey[]>
  /** The hashes of every secret of the bearer's keys: what a change of the bearer's keys names. */
  secretHashesOf(bearer: PrincipalRef): Promise<readonly string[]>
  secretsOf(id: ApiKeyId): Promise<readonly SecretHash[]>
}

export interface ApiKeyWriter extends ApiKeyReader {
  insert(key: ApiKey, secret: SecretHash): Promise<void>
  update(key: ApiKey): Promise<void>
  /** Replaces the key's accepted secrets. */
  setSecrets(id: ApiKeyId, secrets: readonly SecretHash[]): Promise<void>
  delete(id: ApiKeyId): Promise<void>
}

export interface PermissionSetReader {
  find(organizationId: OrganizationId, name: string): Promise<CustomPermissionSet | undefined>
  /** All of the organization's own, by name. */
  list(organizationId: OrganizationId): Promise<readonly CustomPermissionSet[]>
  /** The policies with a rule that uses the set, by id. */
  policiesUsing(id: PermissionSetId): Promise<readonly Policy[]>
}

export interface PermissionSetWriter extends PermissionSetReader {
  /** Throws `already-exists` when the name is taken. */
  insert(set: CustomPermissionSet): Promise<void>
  update(set: CustomPermissionSet): Promise<void>
  delete(id: PermissionSetId): Promise<void>
}

export interface PolicyFilter {
  readonly principal?: PolicyPrincipal
  readonly name?: string
}

export interface PolicyReader {
  find(id: PolicyId): Promise<Policy | undefined>
  list(
    organizationId: OrganizationId,
    filter: PolicyFilter,
    page: PageRequest,
  ): Promise<readonly Policy[]>
  /** Policies with a rule scoped to the project, by id. */
  scopedTo(projectId: ProjectId): Promise<readonly PolicyId[]>
}

export interface PolicyWriter extends PolicyReader {
  insert(policy: Policy): Promise<void>
  /** Writes everything but the rules. */
  update(policy: Policy): Promise<void>
  /** Replaces all rules by the policy's. */
  setRules(policy: Policy): Promise<void>
  /** Leaves the principal's policies without one; answers their ids. */
  detach(principal: PolicyPrincipal): Promise<readonly PolicyId[]>
  delete(id: PolicyId): Promise<void>
}
