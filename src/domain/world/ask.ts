import { type CorpusCase, type Outcome, toRawQuestion } from '../corpus.js'
import type { Decision } from '../decision.js'
import { parseQuestion, type Question } from '../question.js'
import { Validation } from '../validation.js'
import type { World } from './world.js'

/** What the world answers to one case of a corpus that it was made from. */
export function askWorld(world: World, asked: CorpusCase): Outcome {
  const question = questionOf(world, asked)
  if ('invalidField' in question) return { kind: 'invalid', field: question.invalidField }
  return outcomeOf(world.decide(asked.asker, question, asked.atMs))
}

export function outcomeOf({ effect, reason, rule }: Decision): Outcome {
  return { kind: 'decision', effect, reason, policy: rule?.policyName ?? '' }
}

/** The question as the domain sees it, or the first field that is wrong with it. */
export function questionOf(
  world: World,
  { question }: CorpusCase,
): Question | { readonly invalidField: string } {
  const v = new Validation()
  const parsed = parseQuestion(v, '', toRawQuestion(question, world))
  const [violation] = v.violations
  return violation ? { invalidField: violation.field } : parsed
}
