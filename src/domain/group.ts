import type { ApplicationId, GroupId, OrganizationId, UserId } from './ids.js'

/** The two implicit kinds hold every user, or every application, without listing them. */
export type GroupKind = 'regular' | 'all-users' | 'all-applications'

export interface Group {
  readonly id: GroupId
  readonly organizationId: OrganizationId
  readonly kind: GroupKind
  /** Unique in the organization. */
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  /** Sorted; always empty for an implicit group. */
  readonly userIds: readonly UserId[]
  /** Sorted; always empty for an implicit group. */
  readonly applicationIds: readonly ApplicationId[]
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

export interface GroupMembers {
  readonly userIds: readonly UserId[]
  readonly applicationIds: readonly ApplicationId[]
}

export const implicitGroupNames = {
  'all-users': 'all_users',
  'all-applications': 'all_applications',
} as const
