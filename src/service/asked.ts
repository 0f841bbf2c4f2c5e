import { isExpired } from '../domain/api-key.js'
import type { Decision } from '../domain/decision.js'
import { parseQuestion, type Question, type RawQuestion } from '../domain/question.js'
import { secretMax } from '../domain/secret.js'
import { Validation } from '../domain/validation.js'
import type { EntityLookup, Freshness } from './entities.js'
import type { RecentSecrets } from './recent-secrets.js'

export interface AuthorizeInput extends RawQuestion {
  /** The whole key, as the end client presented it. */
  readonly apiKey: string
}

/** A question that was found good, or settled before anybody had to be asked. */
export type Prepared = Asked | { readonly settled: Decision }

export interface Asked {
  readonly question: Question
  readonly secretHash: string
}

/** A decision, and for how long time alone leaves it as it is; milliseconds. */
export interface Outcome {
  readonly decision: Decision
  readonly reusableMs: number
}

/** Throws `invalid` for a bad question. */
export type Prepare = (input: AuthorizeInput) => Prepared

const malformed: Decision = { effect: 'deny', reason: 'KEY_MALFORMED' }
const anyTimeMs = 0
const unknown: Decision = { effect: 'deny', reason: 'KEY_NOT_FOUND' }

export function createPrepare(secrets: RecentSecrets): Prepare {
  return (input) => {
    const question = parseAsked(input)
    const secretHash = secrets.hashOfKey(input.apiKey)
    if (secretHash === undefined) return { settled: malformed }
    return { question, secretHash }
  }
}

/** `now` is in milliseconds since the epoch, and is asked once, where the answer depends on it. */
export function decide(
  lookup: EntityLookup,
  { question, secretHash }: Asked,
  now: () => number,
): Outcome {
  const decider = lookup.findDecider(secretHash)
  if (!decider) return { decision: unknown, reusableMs: Number.POSITIVE_INFINITY }
  const { projectId } = question.resource
  const projectOrganizationId =
    projectId === undefined ? undefined : lookup.findProjectOrganization(projectId)
  if (decider.isTimeless) {
    const decision = decider.decide(question, projectOrganizationId, anyTimeMs)
    return { decision, reusableMs: Number.POSITIVE_INFINITY }
  }
  const nowMs = now()
  const decision = decider.decide(question, projectOrganizationId, nowMs)
  return { decision, reusableMs: reusableMs(decision, decider.key?.expiresAtMs, nowMs) }
}

/** The receipt of an answer that time alone changes after `reusableMs`. */
export function cut(freshness: Freshness, reusableMs: number): Freshness {
  if (reusableMs >= freshness.validForMs) return freshness
  return { ...freshness, validForMs: reusableMs }
}

function reusableMs(decision: Decision, expiresAtMs: number | undefined, nowMs: number): number {
  if (decision.timed) return 0
  // What has expired stays so.
  if (expiresAtMs === undefined || isExpired(expiresAtMs, nowMs)) return Number.POSITIVE_INFINITY
  return expiresAtMs - nowMs
}

function parseAsked(input: AuthorizeInput): Question {
  const v = new Validation()
  if (input.apiKey === '') v.fail('api_key', 'REQUIRED', 'must be the whole API key')
  else if (input.apiKey.length > secretMax) {
    v.fail('api_key', 'TOO_LONG', `must be at most ${secretMax} characters`)
  }
  const question = parseQuestion(v, '', input)
  v.finish()
  return question
}
