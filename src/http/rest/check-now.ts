import type { FastifyRequest } from 'fastify'
import type { Decision } from '../../domain/decision.js'
import { isCredentialValid } from '../../domain/decision.js'
import { DomainError } from '../../domain/errors.js'
import type { AuthorizeInput, Authorizer } from '../../service/authorize.js'
import { type WholeAnswer, WholeAnswers, wholeAnswer } from '../whole-answer.js'
import { sessionOf } from './calls.js'
import { readPlainPermission } from './plain-permission.js'

/**
 * Answers a plain request for one permission that memory can answer, without a promise. `undefined`:
 * any other, and any that is to be refused, which is for the general way to say.
 */
export function createCheckNow(
  authorizer: Pick<Authorizer, 'authorizeNow'>,
): (request: FastifyRequest) => WholeAnswer | undefined {
  const answers = new WholeAnswers(toAnswer)
  return (request) => {
    const permission = readPlainPermission(request.body)
    if (!permission) return undefined
    const { secret: apiKey, ip, userAgent } = sessionOf(request)
    const { action, resource } = permission
    const context = undefined
    const asked = { apiKey, action, resource, request: { ip, userAgent }, context }
    const answer = apiKey === '' ? undefined : findAnswer(authorizer, asked)
    // A key that is no good is not answered here but refused.
    if (!answer?.revision || !isCredentialValid(answer.decision)) return undefined
    return answers.of(answer.decision, answer.revision)
  }
}

function findAnswer(authorizer: Pick<Authorizer, 'authorizeNow'>, asked: AuthorizeInput) {
  try {
    return authorizer.authorizeNow(asked)
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return undefined
    throw error
  }
}

function toAnswer({ effect, reason }: Decision, revision: string): WholeAnswer {
  const body = JSON.stringify({ responses: [{ decision: effect, reason }], revision })
  return wholeAnswer(200, { body, headers: ['postern-revision', revision] })
}
