import { type Decision, isCredentialValid } from '../../domain/decision.js'
import type { DomainError } from '../../domain/errors.js'
import { reasonTexts } from '../../domain/reason-text.js'
import type { Answered } from './ask.js'
import { toErrorBody } from './errors.js'

/** What the standard calls a decision: yes or no, and what else is to be said about it. */
export interface WireDecision {
  readonly decision: boolean
  readonly context: object
}

/** A question that was refused is a no. */
export function toWireDecision(answered: Answered): WireDecision {
  if ('error' in answered) return toNo(answered.error)
  const { decision, revision } = answered
  return { decision: decision.effect === 'allow', context: contextOf(decision, revision) }
}

/** The same facts as every other face's answer to who may ask. */
function contextOf(decision: Decision, revision: string): object {
  const { reason, subject, rule } = decision
  return {
    reason,
    message: reasonTexts[reason],
    credential_valid: isCredentialValid(decision),
    ...(subject && {
      organization_id: subject.organizationId,
      principal: subject.principal,
      ...(subject.keyId && { access_key: subject.keyId }),
    }),
    ...(rule && {
      policy_id: rule.policyId,
      policy_name: rule.policyName,
      rule_id: rule.ruleId,
    }),
    revision,
  }
}

/**
 * The standard has 400 for what is missing or of the wrong type, and bounds no text. So a whole question
 * with a value that nothing here can have, such as an action with a space, is none of the caller's
 * faults: often its own client chose it. Nobody may do that, and the context tells why.
 */
function toNo(error: DomainError): WireDecision {
  if (error.kind !== 'invalid') return toRefusal(error)
  const { message, violations } = error
  return { decision: false, context: { reason: 'QUESTION_INVALID', message, violations } }
}

export function toRefusal(error: DomainError): WireDecision {
  const { status, body } = toErrorBody(error)
  return { decision: false, context: { error: { status, ...body } } }
}
