import type { Decision } from '../domain/decision.js'
import {
  type Asked,
  type AuthorizeInput,
  createPrepare,
  cut,
  decide,
  type Outcome,
} from './asked.js'
import { QuestionBatch } from './authorize-batch.js'
import type { Decided, Demand, EntityLookup, EntitySource, Freshness } from './entities.js'
import type { Pacer } from './pacer.js'
import type { RecentSecrets } from './recent-secrets.js'
import type { Revision } from './revision.js'

export type { AuthorizeInput } from './asked.js'
export type { BatchAnswer } from './authorize-batch.js'

export interface Answer {
  readonly decision: Decision
  /** What the answer was computed from; absent when the key alone settled it, unread. */
  readonly revision?: Revision
  readonly freshness?: Freshness
}

/** The hot path. Rejects with `invalid` for a bad question and `unavailable` for a silent store. */
export interface Authorizer {
  authorize(input: AuthorizeInput, demand: Demand): Promise<Answer>
  /** The same for the default demand and without waiting; `undefined`: something must be awaited. */
  authorizeNow(input: AuthorizeInput): Answer | undefined
  /**
   * Many at once. Throws `invalid` for none, and for too many. `pacer` has counted since before, if the
   * thread was held already.
   */
  batch(inputs: readonly AuthorizeInput[], pacer?: Pacer): QuestionBatch
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
  const decideNow = (lookup: EntityLookup, asked: Asked) => decide(lookup, asked, now)
  const shared = { entities, prepare, now }
  return {
    async authorize(input, demand) {
      const prepared = prepare(input)
      if ('settled' in prepared) return { decision: prepared.settled }
      // The instant is that of the attempt that counts: waiting takes time, and keys expire.
      const work = (lookup: EntityLookup) => decide(lookup, prepared, now)
      return toAnswer(await entities.decide(demand, work))
    },
    authorizeNow(input) {
      const prepared = prepare(input)
      if ('settled' in prepared) return { decision: prepared.settled }
      const decided = entities.decideNow(decideNow, prepared)
      return decided && toAnswer(decided)
    },
    batch: (inputs, pacer = pace()) => new QuestionBatch({ pacer, ...shared }, inputs),
  }
}

function toAnswer({ value, revision, freshness }: Decided<Outcome>): Answer {
  const { decision, reusableMs } = value
  return { decision, revision, freshness: cut(freshness, reusableMs) }
}
