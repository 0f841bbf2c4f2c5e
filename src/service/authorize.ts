import type { Decision } from '../domain/decision.js'
import type { DomainError } from '../domain/errors.js'
import {
  type Asked,
  type AuthorizeInput,
  createPrepare,
  cut,
  decide,
  type Outcome,
} from './asked.js'
import { authorizeBatch, authorizeBatchNow } from './authorize-batch.js'
import type { Decided, Demand, EntityLookup, EntitySource, Freshness } from './entities.js'
import type { Pacer } from './pacer.js'
import type { RecentSecrets } from './recent-secrets.js'
import type { Revision } from './revision.js'

export type { AuthorizeInput } from './asked.js'

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
  /**
   * Long batches let others have the thread on the way; all of one is of one revision. `pacer` has
   * counted since before, if the thread was held already.
   */
  authorizeBatch(
    inputs: readonly AuthorizeInput[],
    demand: Demand,
    pacer?: Pacer,
  ): Promise<Decided<readonly BatchAnswer[]>>
  /** `undefined` also for a batch that would hold the thread for too long. */
  authorizeBatchNow(
    inputs: readonly AuthorizeInput[],
    pacer?: Pacer,
  ): Decided<readonly BatchAnswer[]> | undefined
}

export interface AuthorizerDeps {
  readonly entities: EntitySource
  readonly secrets: RecentSecrets
  /** Milliseconds since the epoch. */
  now(): number
  /** Begins to count the time that the thread is held. */
  pace(): Pacer
}

export function createAuthorizer({ entities, secrets, now, pace }: AuthorizerDeps): Authorizer {
  const prepare = createPrepare(secrets)
  const batch = { entities, prepare, now }
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
    authorizeBatch: (inputs, demand, pacer = pace()) =>
      authorizeBatch({ ...batch, pacer }, inputs, demand),
    authorizeBatchNow: (inputs, pacer = pace()) => authorizeBatchNow({ ...batch, pacer }, inputs),
  }
}

function toAnswer({ value, revision, freshness }: Decided<Outcome>): Answer {
  const { decision, reusableMs } = value
  return { decision, revision, freshness: cut(freshness, reusableMs) }
}

/** What is answered without waiting is answered for the instant at which it was asked. */
function decideAsAsked(lookup: EntityLookup, asked: Asked): Outcome {
  return decide(lookup, asked, asked.askedAtMs)
}
