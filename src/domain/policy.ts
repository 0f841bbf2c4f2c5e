import type { Condition } from './condition/condition.js'
import type { OrganizationId, PolicyId, ProjectId, RuleId } from './ids.js'
import type { PermissionSetScopeType } from './permission-set.js'
import type { PolicyPrincipal } from './principal.js'

export type Effect = 'allow' | 'deny'

/** Where a rule applies: the whole organization, or the listed projects only. */
export type Scope =
  | { readonly kind: 'organization' }
  | { readonly kind: 'projects'; readonly projectIds: readonly ProjectId[] }

/** A rule as it was written. */
export interface Rule {
  readonly id: RuleId
  readonly effect: Effect
  readonly permissionSetNames: readonly string[]
  /** The one scope type that all its permission sets share. */
  readonly scopeType: PermissionSetScopeType
  readonly scope: Scope
  /** Empty: every resource in scope. */
  readonly resources: readonly string[]
  /** CEL; empty: unconditional. */
  readonly condition: string
}

/** A policy without a principal is stored and inert. */
export interface Policy {
  readonly id: PolicyId
  readonly organizationId: OrganizationId
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly principal?: PolicyPrincipal
  readonly rules: readonly Rule[]
  readonly createdAtMs: number
  readonly updatedAtMs: number
  /** Grows by one with every change; what etags are made of. */
  readonly version: number
}

/** A rule ready to be evaluated: its permission sets resolved, its condition compiled. */
export interface CompiledRule {
  readonly id: RuleId
  readonly policyId: PolicyId
  readonly policyName: string
  readonly effect: Effect
  readonly scopeType: PermissionSetScopeType
  readonly scope: Scope
  /** The union of its sets' patterns. */
  readonly permissions: readonly string[]
  readonly permissionSetNames: readonly string[]
  readonly resources: readonly string[]
  readonly condition?: Condition
}

/** A policy as a decision sees it. */
export interface CompiledPolicy {
  readonly id: PolicyId
  readonly name: string
  readonly principal: PolicyPrincipal
  readonly rules: readonly CompiledRule[]
}
