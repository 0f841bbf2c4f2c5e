import { DomainError } from '../domain/errors.js'
import { invalid } from '../domain/validation.js'
import {
  type AuthorizeInput,
  cut,
  decide,
  type Outcome,
  type Prepare,
  type Prepared,
} from './asked.js'
import type { BatchAnswer } from './authorize.js'
import {
  type Decided,
  type Demand,
  EntitiesMissing,
  type EntityLookup,
  type EntitySource,
  type EntityWant,
} from './entities.js'
import type { Pacer } from './pacer.js'
import { inOneTurn, stepSize } from './steps.js'

export interface BatchDeps {
  readonly entities: EntitySource
  readonly prepare: Prepare
  /** Milliseconds since the epoch. */
  now(): number
  readonly pacer: Pacer
}

export type BatchAnswers = Decided<readonly BatchAnswer[]>

export const batchMax = 1_000

/** Decides a batch within one turn of the thread; `undefined` for one that takes longer or waits. */
export function authorizeBatchNow(
  { entities, prepare, now, pacer }: BatchDeps,
  inputs: readonly AuthorizeInput[],
): BatchAnswers | undefined {
  requireBatchSize(inputs)
  const askedAtMs = now()
  const prepared: (Prepared | Refused)[] = []
  for (const input of inputs) {
    if (prepared.length % stepSize === 0 && pacer.isDue) return undefined
    prepared.push(prepareOne(input, askedAtMs, prepare))
  }
  const decided = entities.decideNow(answerInOneTurn, { prepared, nowMs: askedAtMs, pacer })
  return decided && toBatch(decided)
}

/** Decides a batch of any kind, and lets others have the thread on the way. */
export async function authorizeBatch(
  { entities, prepare, now, pacer }: BatchDeps,
  inputs: readonly AuthorizeInput[],
  demand: Demand,
): Promise<BatchAnswers> {
  requireBatchSize(inputs)
  const askedAtMs = now()
  const prepared = await pacer.map(inputs, (input) => prepareOne(input, askedAtMs, prepare))
  // The instant is that of the attempt that counts: waiting takes time, and keys expire.
  const work = (lookup: EntityLookup) => answerAll(lookup, prepared, now())
  return toBatch(await entities.decideInSteps(demand, pacer, work))
}

type Refused = { readonly error: DomainError }

/** A malformed question fails alone; anything else that goes wrong fails the batch. */
function prepareOne(
  input: AuthorizeInput,
  askedAtMs: number,
  prepare: Prepare,
): Prepared | Refused {
  try {
    return prepare(input, askedAtMs)
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
}

interface Work {
  readonly prepared: readonly (Prepared | Refused)[]
  readonly nowMs: number
  readonly pacer: Pacer
}

function answerInOneTurn(lookup: EntityLookup, { prepared, nowMs, pacer }: Work) {
  return inOneTurn(answerAll(lookup, prepared, nowMs), pacer)
}

/** What any of the questions lacks is loaded at once: rounds do not grow with the batch. */
function* answerAll(
  lookup: EntityLookup,
  prepared: readonly (Prepared | Refused)[],
  nowMs: number,
): Generator<void, readonly (Outcome | Refused)[], void> {
  const answered: Answered = { answers: [], missing: [] }
  for (let at = 0; at < prepared.length; at += stepSize) {
    answerSome(lookup, { prepared, at, nowMs }, answered)
    yield
  }
  if (answered.missing.length > 0) throw new EntitiesMissing(answered.missing)
  return answered.answers
}

interface Answered {
  readonly answers: (Outcome | Refused)[]
  readonly missing: EntityWant[]
}

/** One step, in a function of its own: generators are not made as quick as those. */
function answerSome(
  lookup: EntityLookup,
  { prepared, at, nowMs }: Pick<Work, 'prepared' | 'nowMs'> & { readonly at: number },
  { answers, missing }: Answered,
): void {
  const end = Math.min(at + stepSize, prepared.length)
  for (let index = at; index < end; index++) {
    const each = prepared[index]
    if (!each) continue
    try {
      answers.push(answerOne(lookup, each, nowMs))
    } catch (error) {
      if (!(error instanceof EntitiesMissing)) throw error
      missing.push(...error.wants)
    }
  }
}

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

/** All answers of a batch share one receipt: it says what holds for each of them. */
function toBatch(decided: Decided<readonly (Outcome | Refused)[]>): BatchAnswers {
  const { value, revision, freshness } = decided
  let shortestMs = Number.POSITIVE_INFINITY
  for (const each of value) {
    if ('decision' in each) shortestMs = Math.min(shortestMs, each.reusableMs)
  }
  return { value, revision, freshness: cut(freshness, shortestMs) }
}

/** Throws `invalid` for none, and for too many. */
export function requireBatchSize(inputs: readonly unknown[]): void {
  if (inputs.length > 0 && inputs.length <= batchMax) return
  const reason = inputs.length === 0 ? 'REQUIRED' : 'TOO_MANY'
  throw invalid([
    { field: 'questions', reason, description: `must hold 1 to ${batchMax} questions` },
  ])
}
