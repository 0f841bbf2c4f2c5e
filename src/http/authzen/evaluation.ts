import { invalid } from '../../domain/validation.js'
import { type AskDeps, type Asker, askAll } from './ask.js'
import { toWireDecision, type WireDecision } from './decision.js'
import { isRecord, mapWanted, type Parts, partsOf } from './parts.js'
import { readQuestion } from './question.js'

/** Rejects with `invalid` for what is no question by its form. */
export async function evaluateAccess(
  deps: AskDeps,
  asker: Asker,
  body: unknown,
): Promise<WireDecision> {
  return evaluateOne(deps, asker, partsOf(readBody(body)))
}

export async function evaluateOne(
  deps: AskDeps,
  asker: Asker,
  parts: Parts,
): Promise<WireDecision> {
  const question = readQuestion(parts, asker.organizationId ?? '')
  const [answered] = await askAll(deps, asker, [question])
  if (!answered) throw new Error('a question was left without an answer')
  if ('error' in answered && answered.error.kind !== 'invalid') throw answered.error
  return toWireDecision(answered)
}

/** Throws `invalid` for what is no object. */
export function readBody(body: unknown): object {
  if (isRecord(body)) return body
  throw invalid([{ field: 'body', reason: 'FORMAT', description: mapWanted }])
}
