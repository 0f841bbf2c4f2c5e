import { DomainError } from '../../domain/errors.js'
import type { PrincipalAuthorizer } from '../../service/ask-principals.js'
import type { Answer, Authorizer } from '../../service/authorize.js'
import { type WholeAnswer, WholeAnswers, wholeAnswer } from '../whole-answer.js'
import type { Asker } from './ask.js'
import { toWireDecision } from './decision.js'
import { asToldTo } from './foreign-key.js'
import { type PlainQuestion, readPlainQuestion } from './plain-question.js'
import { principalIn } from './principal.js'
import { keyType } from './question.js'

export interface AskNowDeps {
  readonly authorizer: Pick<Authorizer, 'authorizeNow'>
  readonly principals: Pick<PrincipalAuthorizer, 'askNow'>
}

/**
 * Answers a plain question that memory can answer, without a promise. `undefined`: any other, and
 * any that is no good, which `evaluateAccess` answers, or says in the words of the request what is
 * wrong with it. Throws `DomainError` otherwise.
 */
export type AskNow = (asker: Asker, body: unknown) => WholeAnswer | undefined

export function createAskNow(deps: AskNowDeps): AskNow {
  const answers = new WholeAnswers((decision, revision) => {
    const { decision: isAllowed, context } = toWireDecision({ decision, revision })
    return wholeAnswer(200, { body: JSON.stringify({ decision: isAllowed, context }) })
  })
  return (asker, body) => {
    const plain = readPlainQuestion(body, asker.organizationId ?? '')
    if (!plain) return undefined
    try {
      const answer = ask(deps, asker, plain)
      return answer?.revision && answers.of(answer.decision, answer.revision)
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'invalid') return undefined
      throw error
    }
  }
}

function ask(
  { authorizer, principals }: AskNowDeps,
  asker: Asker,
  { subject, question }: PlainQuestion,
): Answer | undefined {
  const { caller } = asker
  if (subject.type === keyType) {
    const { action, resource, request, context } = question
    const asked = { apiKey: subject.id, action, resource, request, context }
    const answer = authorizer.authorizeNow(asked)
    return answer && { ...answer, decision: asToldTo(asker, answer.decision) }
  }
  const ref = caller && principalIn(subject)
  const answers = ref && principals.askNow(caller, [{ ref, question }])
  const [answer] = answers?.value ?? []
  if (!answers || !answer) return undefined
  if ('error' in answer) throw answer.error
  return { decision: answer.decision, revision: answers.revision }
}
