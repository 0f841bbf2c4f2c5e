import type { Decision } from '../domain/decision.js'
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

/** One question of a batch: answered, or refused by itself. */
export type BatchAnswer = { readonly decision: Decision } | { readonly error: DomainError }

export type BatchAnswers = Decided<readonly BatchAnswer[]>

export const batchMax = 1_000

/** Questions that are answered together, all from one revision. */
export class QuestionBatch {
  readonly #deps: BatchDeps
  readonly #inputs: readonly AuthorizeInput[]
  readonly #prepared: (Prepared | Refused)[] = []

  /** Throws `invalid` for none, and for too many. */
  constructor(deps: BatchDeps, inputs: readonly AuthorizeInput[]) {
    requireBatchSize(inputs)
    this.#deps = deps
    this.#inputs = inputs
  }

  /** Within one turn of the thread; `undefined` for a batch that takes longer or has to wait. */
  answerNow(): BatchAnswers | undefined {
    const { entities, now, pacer } = this.#deps
    while (this.#isUnprepared) {
      if (pacer.isDue) return undefined
      this.#prepareSome()
    }
    const work = { prepared: this.#prepared, now: instant(now()), pacer }
    const decided = entities.decideNow(answerInOneTurn, work)
    return decided && toBatch(decided)
  }

  /**
   * Lets others have the thread on the way. What `answerNow` has prepared stays so; all is decided anew,
   * since a decision is one of a revision.
   */
  async answer(demand: Demand): Promise<BatchAnswers> {
    const { entities, now, pacer } = this.#deps
    while (this.#isUnprepared) {
      if (pacer.isDue) await pacer.rest()
      this.#prepareSome()
    }
    // The instant is that of the attempt that counts: waiting takes time, and keys expire.
    const work = (lookup: EntityLookup) => answerAll(lookup, this.#prepared, instant(now()))
    return toBatch(await entities.decideInSteps(demand, pacer, work))
  }

  get #isUnprepared(): boolean {
    return this.#prepared.length < this.#inputs.length
  }

  #prepareSome(): void {
    const from = this.#prepared.length
    for (const input of this.#inputs.slice(from, from + stepSize)) {
      this.#prepared.push(prepareOne(input, this.#deps.prepare))
    }
  }
}

type Refused = { readonly error: DomainError }

/** A malformed question fails alone; anything else that goes wrong fails the batch. */
function prepareOne(input: AuthorizeInput, prepare: Prepare): Prepared | Refused {
  try {
    return prepare(input)
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'invalid') return { error }
    throw error
  }
}

/** All questions of a batch are decided for one. */
function instant(ms: number): () => number {
  return () => ms
}

interface Work {
  readonly prepared: readonly (Prepared | Refused)[]
  readonly now: () => number
  readonly pacer: Pacer
}

function answerInOneTurn(lookup: EntityLookup, { prepared, now, pacer }: Work) {
  return inOneTurn(answerAll(lookup, prepared, now), pacer)
}

/** What any of the questions lacks is loaded at once: rounds do not grow with the batch. */
function* answerAll(
  lookup: EntityLookup,
  prepared: readonly (Prepared | Refused)[],
  now: () => number,
): Generator<void, readonly (Outcome | Refused)[], void> {
  const answered: Answered = { answers: [], missing: [] }
  for (let at = 0; at < prepared.length; at += stepSize) {
    answerSome(lookup, { prepared, at, now }, answered)
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
  { prepared, at, now }: Pick<Work, 'prepared' | 'now'> & { readonly at: number },
  { answers, missing }: Answered,
): void {
  const end = Math.min(at + stepSize, prepared.length)
  for (let index = at; index < end; index++) {
    const each = prepared[index]
    if (!each) continue
    try {
      answers.push(answerOne(lookup, each, now))
    } catch (error) {
      if (!(error instanceof EntitiesMissing)) throw error
      missing.push(...error.wants)
    }
  }
}

function answerOne(
  lookup: EntityLookup,
  prepared: Prepared | Refused,
  now: () => number,
): Outcome | Refused {
  if ('error' in prepared) return prepared
  if ('settled' in prepared) {
    return { decision: prepared.settled, reusableMs: Number.POSITIVE_INFINITY }
  }
  return decide(lookup, prepared, now)
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
