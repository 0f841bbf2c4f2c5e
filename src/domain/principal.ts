import type { Attributes } from './condition/condition.js'
import type { ApplicationId, GroupId, OrganizationId, UserId } from './ids.js'

/** Who bears keys and belongs to groups. */
export type PrincipalRef =
  | { readonly type: 'user'; readonly id: UserId }
  | { readonly type: 'application'; readonly id: ApplicationId }

/** Whom a policy is attached to. */
export type PolicyPrincipal = PrincipalRef | { readonly type: 'group'; readonly id: GroupId }

/**
 * - `active`: decides by its policies.
 * - `pending`: an invited guest who has not accepted yet; decides nothing.
 * - `locked`: its keys stop deciding `allow` until it is unlocked.
 */
export type PrincipalStatus = 'active' | 'pending' | 'locked'

/** A user or application as a decision sees it. */
export interface Principal {
  readonly ref: PrincipalRef
  readonly organizationId: OrganizationId
  readonly owner: boolean
  readonly status: PrincipalStatus
  /** Every group it belongs to, the implicit one of its type included. */
  readonly groupIds: readonly GroupId[]
  readonly attributes: Attributes
  readonly tags: readonly string[]
}

export function samePrincipal(a: PrincipalRef, b: PrincipalRef): boolean {
  return a.type === b.type && a.id === b.id
}
