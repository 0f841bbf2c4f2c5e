import { isExpired } from '../domain/api-key.js'
import type { Decision } from '../domain/decision.js'
import { DomainError } from '../domain/errors.js'
import { parseQuestion, type Question, type RawQuestion } from '../domain/question.js'
import { secretMax } from '../domain/secret.js'
import { invalid, Validation } from '../domain/validation.js'
import {
  type Decided,
  type Demand,
  EntitiesMissing,
  type EntityLookup,
  type EntitySource,
  type EntityWant,
  type Freshness,
} from './entities.js'
import type { RecentSecrets } from './recent-secrets.js'
import type { Revision } from './revision.js'

export interface AuthorizeInput extends RawQuestion {
  /** The whole key, as the end client presented it. */
  readonly apiKey: string
}

export interface Answer {
  readonly decision: Decision
  /** What the answer was computed from; absent when the key alone settled it, unread. */
  readonly revision?: Revision
  readonly freshness?: Freshness
}

/** One question of a batch: answered, or refused by itself. */
export type BatchAnswer = { readonly decision: Decision } | { readonly error: DomainError }

/** The hot path. Rejects with `invalid` for a bad question and `unavailable` for a silent store. */
export interface Authorizer {
  authorize(input: AuthorizeInput, demand: Demand): Promise<Answer>
  /** The same for the default demand and without waiting; `undefined`: something must be awaited. */
  authorizeNow(input: AuthorizeInput): Answer | undefined
  authorizeBatch(
    inputs: readonly AuthorizeInput[],
    demand: Demand,
  ): Promise<Decided<readonly BatchAnswer[]>>
  authorizeBatchNow(inputs: readonly AuthorizeInput[]): Decided<readonly BatchAnswer[]> | undefined
}

export interface AuthorizerDeps {
  readonly entities: EntitySource
  readonly secrets: RecentSecrets
  /** Milliseconds since the epoch. */
  now(): number
}

const batchMax = 1_000
const malformed: Decision = { effect: 'deny', reason: 'KEY_MALFORMED' }
const unknown: Decision = { effect: 'deny', reason: 'KEY_NOT_FOUND' }

export function createAuthorizer(deps: AuthorizerDeps): Authorizer {
  const { entities, secrets, now } = deps
  const prepare = (input: AuthorizeInput, askedAtMs: number): Prepared => {
    const question = parseAsked(input)
    const secretHash = secrets.hashOfKey(input.apiKey, askedAtMs)
    if (secretHash === undefined) return { settled: malformed }
    return { question, secretHash, askedAtMs }
  }
  const batchWork = (inputs: readonly AuthorizeInput[]) => {
    requireBatchSize(inputs)
    const askedAtMs = now()
    const prepared = inputs.map((input) => prepareOne(input, askedAtMs, prepare))
    return (lookup: EntityLookup) => answerAll(lookup, prepared, now())
  }
  return {
    async authorize(input, demand) {
      const prepared = prepare(input, now())
      if ('settled' in prepared) return { decision: prepared.settled }
      // The instant is that of the attempt that counts: waiting takes time, and keys expire.
      const work = (lookup: EntityLookup) => decide(lookup, prepared, now())
      return toAnswer(await entities.decide(demand, work))
    },
    authorizeNow(input) {
      const prepared = prepare(input, now())
      if ('settled' in prepared) return { decision: prepared.settled }
      const decided = entities.decideNow(decideAsAsked, prepared)
      return decided && toAnswer(decided)
    },
    async authorizeBatch(inputs, demand) {
      return toBatch(await entities.decide(demand, batchWork(inputs)))
    },
    authorizeBatchNow(inputs) {
      const decided = entities.decideNow(batchWork(inputs), undefined)
      return decided && toBatch(decided)
    },
  }
}

/** A decision, and for how long time alone leaves it as it is; milliseconds. */
interface Outcome {
  readonly decision: Decision
  readonly reusableMs: number
}

function toAnswer({ value, revision, freshness }: Decided<Outcome>): Answer {
  const { decision, reusableMs } = value
  return { decision, revision, freshness: cut(freshness, reusableMs) }
}

function cut(freshness: Freshness, reusableMs: number): Freshness {
  if (reusableMs >= freshness.validForMs) return freshness
  return { ...freshness, validForMs: reusableMs }
}

/** A question that was found good, or settled before anybody had to be asked. */
type Prepared = Asked | { readonly settled: Decision }

interface Asked {
  readonly question: Question
  readonly secretHash: string
  /** Milliseconds since the epoch. */
  readonly askedAtMs: number
}

/** What is answered without waiting is answered for the instant at which it was asked. */
function decideAsAsked(lookup: EntityLookup, asked: Asked): Outcome {
  return decide(lookup, asked, asked.askedAtMs)
}

function decide(lookup: EntityLookup, { question, secretHash }: Asked, nowMs: number): Outcome {
  const decider = lookup.findDecider(secretHash)
  if (!decider) return { decision: unknown, reusableMs: Number.POSITIVE_INFINITY }
  const { projectId } = question.resource
  const projectOrganizationId =
    projectId === undefined ? undefined : lookup.findProjectOrganization(projectId)
  const decision = decider.decide(question, projectOrganizationId, nowMs)
  return { decision, reusableMs: reusableMs(decision, decider.key?.expiresAtMs, nowMs) }
}

function reusableMs(decision: Decision, expiresAtMs: number | undefined, nowMs: number): number {
  if (decision.timed) return 0
  // What has expired stays so.
  if (expiresAtMs === undefined || isExpired(expiresAtMs, nowMs)) return Number.POSITIVE_INFINITY
  return expiresAtMs - nowMs
}

/** A malformed question fails alone; anything else that goes wrong fails the batch. */
function prepareOne(
  input: AuthorizeInput,
  askedAtMs: number,
  prepare: (input: AuthorizeInput, askedAtMs: number) => Prepared,
): Prepared | Refused {
  try {
    return prepare(input, askedAtMs)
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
}

type Refused = { readonly error: DomainError }

function answerOne(
  lookup: EntityLookup,
  prepared: Prepared | Refused,
  nowMs: number,
): Outcome | Refused {
  if ('error' in prepared) return prepared
  if ('settled' in prepared) {
    return { decision: prepared.settled, reusableMs: Number.POSITIVE_INFINITY }
  }
  return decide(lookup, prepared, nowMs)
}

/** What any of the questions lacks is loaded at once: rounds do not grow with the batch. */
function answerAll(
  lookup: EntityLookup,
  prepared: readonly (Prepared | Refused)[],
  nowMs: number,
): readonly (Outcome | Refused)[] {
  const missing: EntityWant[] = []
  const answers = prepared.map((each) => {
    try {
      return answerOne(lookup, each, nowMs)
    } catch (error) {
      if (!(error instanceof EntitiesMissing)) throw error
      missing.push(...error.wants)
      return undefined
    }
  })
  if (missing.length > 0) throw new EntitiesMissing(missing)
  return answers.filter((answer) => answer !== undefined)
}

/** All answers of a batch share one receipt: it says what holds for each of them. */
function toBatch(
  decided: Decided<readonly (Outcome | Refused)[]>,
): Decided<readonly BatchAnswer[]> {
  const { value, revision, freshness } = decided
  let shortestMs = Number.POSITIVE_INFINITY
  for (const each of value) {
    if ('decision' in each) shortestMs = Math.min(shortestMs, each.reusableMs)
  }
  return { value, revision, freshness: cut(freshness, shortestMs) }
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

function requireBatchSize(inputs: readonly unknown[]): void {
  if (inputs.length > 0 && inputs.length <= batchMax) return
  const reason = inputs.length === 0 ? 'REQUIRED' : 'TOO_MANY'
  throw invalid([
    { field: 'questions', reason, description: `must hold 1 to ${batchMax} questions` },
  ])
}
