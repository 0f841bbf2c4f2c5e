import type { ApiKeyId, OrganizationId, PolicyId, RuleId } from './ids.js'
import type { PrincipalRef } from './principal.js'

/** The credential itself is no good: what HTTP would answer 401 to. */
export type CredentialDenyReason = 'KEY_MALFORMED' | 'KEY_NOT_FOUND' | 'KEY_EXPIRED'

export type DenyReason =
  | CredentialDenyReason
  | 'PRINCIPAL_NOT_FOUND'
  | 'PRINCIPAL_PENDING'
  | 'PRINCIPAL_LOCKED'
  | 'OUT_OF_SCOPE'
  | 'KEY_RESTRICTION'
  | 'EXPLICIT_DENY'
  | 'NO_MATCHING_RULE'

export type AllowReason = 'OWNER' | 'RULE'

/** The rule that settled a decision. */
export interface DecidingRule {
  readonly policyId: PolicyId
  readonly policyName: string
  readonly ruleId: RuleId
}

/** Who was asking, as far as the credential told. */
export interface Subject {
  readonly principal: PrincipalRef
  readonly organizationId: OrganizationId
  readonly keyId?: ApiKeyId
}

/**
 * The answer. A deny is an answer too; not knowing is an error, thrown. `timed`: a condition was
 * asked that may read the clock, so time alone may change the answer.
 */
export type Decision =
  | {
      readonly effect: 'allow'
      readonly reason: AllowReason
      readonly subject: Subject
      readonly rule?: DecidingRule
      readonly timed?: true
    }
  | {
      readonly effect: 'deny'
      readonly reason: DenyReason
      readonly subject?: Subject
      readonly rule?: DecidingRule
      readonly timed?: true
    }

/** False when the credential, not the rights behind it, is the reason for the deny. */
export function isCredentialValid(decision: Decision): boolean {
  switch (decision.reason) {
    case 'KEY_MALFORMED':
    case 'KEY_NOT_FOUND':
    case 'KEY_EXPIRED':
      return false
    default:
      return true
  }
}
