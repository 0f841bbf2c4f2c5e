import type { ServerUnaryCall } from '@grpc/grpc-js'
import type { RawQuestion } from '../domain/question.js'
import { authorizePrincipal, explain } from '../service/ask.js'
import type { Authorizer } from '../service/authorize.js'
import { encodeRevision, type Revision } from '../service/revision.js'
import { toAnswer, toBatchAnswer } from './answer.js'
import { demandOf, toFreshness } from './consistency.js'
import { toExplanation } from './explanation.js'
import type {
  AuthorizationServiceServer,
  AuthorizeBatchRequest,
  AuthorizeBatchResponse,
  AuthorizePrincipalRequest,
  AuthorizeRequest,
  AuthorizeResponse,
  ExplainRequest,
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
      const demand = demandOf(call.request.consistency, call)
      const answer = await authorizer.authorize(call.request, demand)
      return toAnswer(answer.decision, send(call, answer.revision), answer.freshness)
    }),
    authorizeBatch: plain(
      async (call: ServerUnaryCall<AuthorizeBatchRequest, AuthorizeBatchResponse>) => {
        await admit(call)
        const demand = demandOf(call.request.consistency, call)
        const batch = await authorizer.authorizeBatch(call.request.questions, demand)
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
