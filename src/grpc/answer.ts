import {
  type AllowReason,
  type Decision,
  type DenyReason,
  isCredentialValid,
} from '../domain/decision.js'
import type { DomainError } from '../domain/errors.js'
import type { BatchAnswer } from '../service/authorize.js'
import type { Freshness } from '../service/entities.js'
import { toFreshness } from './consistency.js'
import { codeOf } from './errors.js'
import {
  type AuthorizeResponse,
  type BatchAnswer as WireBatchAnswer,
  Decision as WireDecision,
  Reason as WireReason,
} from './gen/postern/v1/authorization.js'

const reasons = {
  KEY_MALFORMED: WireReason.KEY_MALFORMED,
  KEY_NOT_FOUND: WireReason.KEY_NOT_FOUND,
  KEY_EXPIRED: WireReason.KEY_EXPIRED,
  PRINCIPAL_NOT_FOUND: WireReason.PRINCIPAL_NOT_FOUND,
  PRINCIPAL_PENDING: WireReason.PRINCIPAL_PENDING,
  PRINCIPAL_LOCKED: WireReason.PRINCIPAL_LOCKED,
  OUT_OF_SCOPE: WireReason.OUT_OF_SCOPE,
  KEY_RESTRICTION: WireReason.KEY_RESTRICTION,
  EXPLICIT_DENY: WireReason.EXPLICIT_DENY,
  NO_MATCHING_RULE: WireReason.NO_MATCHING_RULE,
  OWNER: WireReason.OWNER,
  RULE: WireReason.RULE,
} as const satisfies Record<AllowReason | DenyReason, WireReason>

export function toAnswer(
  decision: Decision,
  revision: string,
  freshness?: Freshness,
): AuthorizeResponse {
  const { subject, rule } = decision
  return {
    decision: decision.effect === 'allow' ? WireDecision.ALLOW : WireDecision.DENY,
    reason: reasons[decision.reason],
    credentialValid: isCredentialValid(decision),
    organizationId: subject?.organizationId ?? '',
    principal: subject && {
      $case: subject.principal.type === 'user' ? 'userId' : 'applicationId',
      value: subject.principal.id,
    },
    accessKey: subject?.keyId ?? '',
    policyId: rule?.policyId ?? '',
    policyName: rule?.policyName ?? '',
    ruleId: rule?.ruleId ?? '',
    revision,
    freshness: freshness && toFreshness(freshness),
  }
}

export function toBatchAnswer(answer: BatchAnswer, revision: string): WireBatchAnswer {
  if ('error' in answer) return { answer: { $case: 'error', value: toQuestionError(answer.error) } }
  return { answer: { $case: 'response', value: toAnswer(answer.decision, revision) } }
}

export function toQuestionError(error: DomainError) {
  return {
    code: codeOf(error),
    reason: error.reason,
    message: error.message,
    violations: error.violations.map((violation) => ({ ...violation })),
  }
}
