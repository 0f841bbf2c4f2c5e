import type { ApiKey } from '../../domain/api-key.js'
import type { Application } from '../../domain/application.js'
import type { Group } from '../../domain/group.js'
import type {
  ApiKeyId,
  ApplicationId,
  AuditEntryId,
  GroupId,
  OrganizationId,
  PolicyId,
  ProjectId,
  UserId,
} from '../../domain/ids.js'
import type { Policy } from '../../domain/policy.js'
import type { PrincipalRef } from '../../domain/principal.js'
import type { Project } from '../../domain/project.js'
import type { User, UserType } from '../../domain/user.js'

/** A numbered page of a list in any order: for faces whose callers count pages and rows. */
export interface Slice<Order extends string> {
  readonly order: Order
  readonly descending: boolean
  /** How many rows come before. */
  readonly offset: number
  readonly size: number
}

export interface Found<T> {
  readonly items: readonly T[]
  /** How many there are on all pages. */
  readonly total: number
}

export type UserOrder = 'created_at' | 'updated_at' | 'email' | 'username'
export type NamedOrder = 'created_at' | 'updated_at' | 'name'
export type KeyOrder = 'created_at' | 'updated_at' | 'expires_at' | 'access_key'

export interface UserSearch {
  readonly ids?: readonly UserId[]
  readonly type?: UserType
  readonly tag?: string
}

export interface ApplicationSearch {
  readonly ids?: readonly ApplicationId[]
  readonly name?: string
  readonly tag?: string
}

export interface GroupSearch {
  readonly ids?: readonly GroupId[]
  readonly name?: string
  readonly tag?: string
  /** Groups with any of these among their listed members. */
  readonly userIds?: readonly UserId[]
  readonly applicationIds?: readonly ApplicationId[]
  /** The implicit groups, or the others. */
  readonly implicit?: boolean
}

export interface PolicySearch {
  readonly ids?: readonly PolicyId[]
  readonly name?: string
  readonly tag?: string
  readonly userIds?: readonly UserId[]
  readonly groupIds?: readonly GroupId[]
  readonly applicationIds?: readonly ApplicationId[]
  /** Those attached to nobody, or the others. */
  readonly detached?: boolean
}

export interface ApiKeySearch {
  readonly ids?: readonly ApiKeyId[]
  readonly bearers?: readonly PrincipalRef[]
  readonly bearerType?: PrincipalRef['type']
  readonly expired?: { readonly value: boolean; readonly nowMs: number }
  readonly description?: string
}

export interface ProjectSearch {
  readonly ids?: readonly ProjectId[]
  readonly name?: string
}

/** What the audit keeps of one act; see `AuditEntry`. */
export interface LoggedAct {
  readonly id: AuditEntryId
  readonly organizationId: OrganizationId
  readonly atMs: number
  readonly ip: string
  readonly userAgent: string
  readonly action: string
  /** Absent when the server itself acted. */
  readonly actorId?: string
  readonly resourceType: string
  readonly resourceId: string
}

export type ActKind = 'created' | 'updated' | 'deleted'

export interface ActSearch {
  readonly kind?: ActKind
  readonly resourceType?: string
  /** Part of the id of the thing or of who acted. */
  readonly text?: string
  readonly fromMs?: number
  readonly beforeMs?: number
}

/**
 * Lists by page number. Ties are in the order of ids, in the direction of the list; a filter that is
 * absent filters nothing, and an empty list of ids finds nothing.
 */
export interface SearchReader {
  users(of: OrganizationId, search: UserSearch, slice: Slice<UserOrder>): Promise<Found<User>>
  applications(
    of: OrganizationId,
    search: ApplicationSearch,
    slice: Slice<NamedOrder>,
  ): Promise<Found<Application>>
  groups(of: OrganizationId, search: GroupSearch, slice: Slice<NamedOrder>): Promise<Found<Group>>
  policies(
    of: OrganizationId,
    search: PolicySearch,
    slice: Slice<NamedOrder>,
  ): Promise<Found<Policy>>
  apiKeys(of: OrganizationId, search: ApiKeySearch, slice: Slice<KeyOrder>): Promise<Found<ApiKey>>
  projects(
    of: OrganizationId,
    search: ProjectSearch,
    slice: Slice<NamedOrder>,
  ): Promise<Found<Project>>
  /** In the order in which they were committed. */
  acts(of: OrganizationId, search: ActSearch, slice: Slice<'created_at'>): Promise<Found<LoggedAct>>
  findAct(id: AuditEntryId): Promise<LoggedAct | undefined>
  /** Applications without keys are left out. */
  countKeys(ids: readonly ApplicationId[]): Promise<ReadonlyMap<string, number>>
  /** From where each key was made; those of which the audit knows nothing are left out. */
  originsOfKeys(of: OrganizationId, ids: readonly ApiKeyId[]): Promise<ReadonlyMap<string, string>>
}
