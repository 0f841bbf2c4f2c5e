import type { Attributes } from './condition/condition.js'
import type { AccountId, OrganizationId, UserId } from './ids.js'
import type { PrincipalStatus } from './principal.js'

/**
 * - `owner`: one for each organization, made with it; can be neither deleted nor locked.
 * - `member`: a person whose home is this organization.
 * - `guest`: a person who is owner or member elsewhere, and was invited here.
 */
export type UserType = 'owner' | 'member' | 'guest'

export interface User {
  readonly id: UserId
  readonly organizationId: OrganizationId
  readonly type: UserType
  readonly status: PrincipalStatus
  /** Normalised; who the person is. */
  readonly email: string
  /** The person behind the user; absent while an invitation is pending. */
  readonly accountId?: AccountId
  readonly displayName: string
  /** Another system's id, unique in the organization. */
  readonly externalId?: string
  readonly tags: readonly string[]
  readonly attributes: Attributes
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

/** A human, of however many organizations. */
export interface Account {
  readonly id: AccountId
  readonly email: string
}
