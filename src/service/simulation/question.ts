import type { PrincipalRef } from '../../domain/principal.js'
import { parseQuestion, type Question, type RawQuestion } from '../../domain/question.js'
import { invalid, Validation } from '../../domain/validation.js'
import { type PrincipalInput, parsePrincipalRef } from '../principal-input.js'

export interface AskedQuestion {
  readonly ref: PrincipalRef
  readonly question: Question
}

const questionsMax = 1_000

/** Throws `invalid` for what is wrong with the first malformed one. */
export function parseQuestions(
  raws: readonly (RawQuestion & PrincipalInput)[],
): readonly AskedQuestion[] {
  if (raws.length === 0) throw tooMany('REQUIRED')
  if (raws.length > questionsMax) throw tooMany('TOO_MANY')
  return raws.map((raw, index) => {
    const v = new Validation()
    const at = `questions[${index}].`
    const ref = parsePrincipalRef(v, `${at}principal`, raw)
    const question = parseQuestion(v, at, raw)
    v.finish()
    return { ref, question }
  })
}

function tooMany(reason: string) {
  const description = `must hold 1 to ${questionsMax} questions`
  return invalid([{ field: 'questions', reason, description }])
}
