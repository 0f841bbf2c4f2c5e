import type { RawQuestion } from '../domain/question.js'
import { authorizePrincipal, explain } from '../service/ask.js'
import { toAnswer } from './answer.js'
import { toExplanation } from './explanation.js'
import type {
  AuthorizationServiceServer,
  AuthorizePrincipalRequest,
  ExplainRequest,
} from './gen/postern/v1/authorization.js'
import type { Methods } from './method.js'
import { bearerIds, oneofText } from './values.js'

/** The methods that answer from the store; those that are asked at full rate are in `hot/`. */
export function authorizationHandlers({
  read,
}: Methods): Pick<AuthorizationServiceServer, 'authorizePrincipal' | 'explain'> {
  return {
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
