import type { EntityRef } from '../../domain/entity.js'
import type { ApiKeyId, OrganizationId } from '../../domain/ids.js'
import type { PrincipalRef } from '../../domain/principal.js'
import type { Revision } from '../revision.js'

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

export interface ChangeRow {
  readonly number: number
  readonly nonce: string
  readonly organizationId: OrganizationId
  /** When it was written, in milliseconds since the epoch by the writer's clock. */
  readonly atMs: number
  /** `kind:id` of each entity that the write changed. */
  readonly keys: readonly string[]
}

/** What a store can say of its own standing as the truth. */
export interface Authority {
  /** Grows with every failover; 0 where there can be none. */
  readonly timeline: number
  /** Since it last proved that it can commit, in milliseconds; 0 where nothing needs proof. */
  readonly leaseAgeMs: number
}
