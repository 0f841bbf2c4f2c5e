import type { OrganizationId, PermissionSetId } from './ids.js'

/** Which kind of scope a rule that uses the set must have. */
export type PermissionSetScopeType = 'projects' | 'organization'

/** A named bundle of permission patterns; built in, or made by one organization. */
export interface PermissionSet {
  readonly name: string
  readonly scopeType: PermissionSetScopeType
  readonly description: string
  /** Patterns over actions; `*` matches any run of characters. */
  readonly permissions: readonly string[]
}

/** One that an organization made for itself. */
export interface CustomPermissionSet extends PermissionSet {
  readonly id: PermissionSetId
  readonly organizationId: OrganizationId
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

/** Answers `undefined` for a name that is not built in. */
export type FindBuiltinPermissionSet = (name: string) => PermissionSet | undefined
