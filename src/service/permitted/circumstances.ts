import { parseAttributes, questionAttributeLimits } from '../../domain/attributes.js'
import {
  ownFields,
  parseRequestFacts,
  parseResource,
  type Question,
  type RawQuestion,
} from '../../domain/question.js'
import type { Validation } from '../../domain/validation.js'

/** What a question says besides its action and its resource. */
export type Surroundings = Pick<Question, 'request' | 'context'>

export function parseSurroundings(
  v: Validation,
  { request, context }: Pick<RawQuestion, 'request' | 'context'>,
): Surroundings {
  return {
    request: parseRequestFacts(v, ownFields, request),
    context: parseAttributes(v, 'context', { value: context, limits: questionAttributeLimits }),
  }
}

/** A question without its action. */
export function parseCircumstances(
  v: Validation,
  raw: Omit<RawQuestion, 'action'>,
): Omit<Question, 'action'> {
  return { resource: parseResource(v, ownFields, raw.resource), ...parseSurroundings(v, raw) }
}
