import type { ServerUnaryCall } from '@grpc/grpc-js'
import {
  type AllowReason,
  type Decision,
  type DenyReason,
  isCredentialValid,
} from '../domain/decision.js'
import type { DomainError } from '../domain/errors.js'
import type { RawQuestion } from '../domain/question.js'
import { authorizePrincipal, explain } from '../service/ask.js'
import type { Authorizer, BatchAnswer } from '../service/authorize.js'
import type { Freshness } from '../service/entities.js'
import { encodeRevision, type Revision } from '../service/revision.js'
import { fromConsistency, toFreshness } from './consistency.js'
import { codeOf } from './errors.js'
import { toExplanation } from './explanation.js'
import {
  type AuthorizationServiceServer,
  type AuthorizeBatchRequest,
  type AuthorizeBatchResponse,
  type AuthorizePrincipalRequest,
  type AuthorizeRequest,
  type AuthorizeResponse,
  type ExplainRequest,
  type BatchAnswer as WireBatchAnswer,
  Decision as WireDecision,
  Reason as WireReason,
} from './gen/postern/v1/authorization.js'
import type { Methods } from './method.js'
import { sendRevision } from './revision-header.js'
import type { CallOrigin } from './session.js'
import { bearerIds, oneofText } from './values.js'

export interface AuthorizationDeps {
  readonly authorizer: Authorizer
  /** Resolves when the peer may ask at all; rejects with `DomainError` otherwise. */
  admit(call: CallOrigin): Promise<void>
}

export function authorizationHandlers(
  { plain, read }: Methods,
  { authorizer, admit }: AuthorizationDeps,
): AuthorizationServiceServer {
  return {
    authorize: plain(async (call: ServerUnaryCall<AuthorizeRequest, AuthorizeResponse>) => {
      await admit(call)
      const consistency = fromConsistency(call.request.consistency)
      const answer = await authorizer.authorize(call.request, consistency)
      return toAnswer(answer.decision, send(call, answer.revision), answer.freshness)
    }),
    authorizeBatch: plain(
      async (call: ServerUnaryCall<AuthorizeBatchRequest, AuthorizeBatchResponse>) => {
        await admit(call)
        const consistency = fromConsistency(call.request.consistency)
        const batch = await authorizer.authorizeBatch(call.request.questions, consistency)
        const revision = send(call, batch.revision)
        return {
          answers: batch.value.map((answer) => toBatchAnswer(answer, revision)),
          revision,
          freshness: toFreshness(batch.freshness),
        }
      },
    ),
    authorizePrincipal: read(
      (act, request: AuthorizePrincipalRequest) =>
        authorizePrincipal(act, { ...rawQuestion(request), ...bearerIds(request.principal) }),
      (decision, revision) => toAnswer(decision, revision),
    ),
    explain: read(
      (act, request: ExplainRequest) =>
        explain(act, {
          ...rawQuestion(request),
          apiKey: oneofText(request.subject, 'apiKey'),
          accessKey: oneofText(request.subject, 'accessKey'),
          userId: oneofText(request.subject, 'userId'),
          applicationId: oneofText(request.subject, 'applicationId'),
        }),
      (explanation, revision) =>
        toExplanation(explanation, toAnswer(explanation.decision, revision)),
    ),
  }
}

function rawQuestion(request: AuthorizePrincipalRequest | ExplainRequest): RawQuestion {
  const { action, resource, request: facts, context } = request
  return { action, resource, request: facts, context }
}

function send(call: ServerUnaryCall<unknown, unknown>, revision: Revision | undefined): string {
  return revision ? sendRevision(call, encodeRevision(revision)) : ''
}

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

function toBatchAnswer(answer: BatchAnswer, revision: string): WireBatchAnswer {
  if ('error' in answer) return { answer: { $case: 'error', value: toQuestionError(answer.error) } }
  return { answer: { $case: 'response', value: toAnswer(answer.decision, revision) } }
}

function toQuestionError(error: DomainError) {
  return {
    code: codeOf(error),
    reason: error.reason,
    message: error.message,
    violations: error.violations.map((violation) => ({ ...violation })),
  }
}
