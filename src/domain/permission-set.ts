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
