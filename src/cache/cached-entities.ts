import { DomainError } from '../domain/errors.js'
import {
  type Consistency,
  type Decided,
  type Demand,
  EntitiesMissing,
  type EntityLookup,
  type EntitySource,
  type EntityWant,
  keyOfWant,
  type Steps,
  type Tier,
} from '../service/entities.js'
import type { Pace } from '../service/pacer.js'
import type { ChangeRow } from '../service/ports/change-log.js'
import type { Store } from '../service/ports/store.js'
import type { Revision } from '../service/revision.js'
import type { FreshnessStatistics } from '../service/statistics.js'
import { ChangeFeed, type ChangeFeedOptions } from './change-feed.js'
import { ChangeWindow } from './change-window.js'
import type { Clock } from './clock.js'
import { type CachedEntity, EntityCache, type EntityCacheLimits } from './entity-cache.js'
import { EntityLoader, type LoadedFrom, type LoadLimits, type SharedTier } from './entity-loader.js'
import { MemoryLookup } from './memory-lookup.js'
import { Patience } from './patience.js'
import { Tally } from './tally.js'

export interface CachedEntitiesOptions extends EntityCacheLimits, LoadLimits, ChangeFeedOptions {
  /** The staleness bound: nothing older is answered, whatever fails. */
  readonly boundMs: number
  /** How many changed entities are remembered, to judge what was read before. */
  readonly windowKeysMax: number
  /** How long a question may wait for what memory lacks. */
  readonly waitMs: number
}

export interface CachedEntitiesDeps {
  readonly store: Pick<Store, 'read' | 'readChanges'>
  readonly shared?: SharedTier
  readonly clock: Clock
  readonly options: CachedEntitiesOptions
  /** Called for each revision that is followed, with when it was written by its writer's clock. */
  onApplied?(atMs: number): void
  /** As `ChangeFeed` calls it. */
  onMoved?(row: ChangeRow | undefined): void
}

/** More rounds than any decision needs; a world that changes this fast is not to be answered. */
const roundsMax = 8
const loadsTogether = 64
/** In these, work in steps lets others have their turn. */
const restfulRounds = 4
const unhurried: Pace = { isDue: false, rest: () => Promise.resolve() }

/**
 * Decides from memory, and from the tiers below what memory lacks. Every decision is taken in one
 * go over entities that are all valid at the revision applied last, so it is that of one state of
 * the store: nothing gathered before a wait is ever used after it.
 */
export class CachedEntities implements EntitySource {
  readonly #clock: Clock
  readonly #onApplied: (atMs: number) => void
  readonly #options: CachedEntitiesOptions
  readonly #cache: EntityCache
  readonly #window: ChangeWindow
  readonly #loader: EntityLoader
  readonly #lookup: MemoryLookup
  readonly #tally = new Tally()
  readonly feed: ChangeFeed

  constructor({ store, shared, clock, options, onApplied, onMoved }: CachedEntitiesDeps) {
    this.#clock = clock
    this.#onApplied = onApplied ?? (() => {})
    this.#options = options
    this.#cache = new EntityCache(options)
    this.#window = new ChangeWindow(options.windowKeysMax)
    const { entriesMax } = options
    this.#lookup = new MemoryLookup({ entriesMax, find: (want) => this.#find(want) })
    this.feed = this.#createFeed(store, onMoved)
    this.#loader = new EntityLoader({
      store,
      ...(shared && { shared }),
      clock,
      feed: this.feed,
      window: this.#window,
      cache: this.#cache,
      tally: this.#tally,
      limits: options,
    })
  }

  decide<T>(demand: Demand, work: (lookup: EntityLookup) => T): Promise<Decided<T>> {
    return this.decideInSteps(demand, unhurried, (lookup) => inOneStep(() => work(lookup)))
  }

  async decideInSteps<T>(
    demand: Demand,
    pace: Pace,
    work: (lookup: EntityLookup) => Steps<T>,
  ): Promise<Decided<T>> {
    const { consistency, waitMs = Number.POSITIVE_INFINITY } = demand
    const patience = new Patience(this.#clock, Math.min(waitMs, this.#options.waitMs))
    let generation = await this.#begin(consistency, patience)
    let tier: Tier = 'memory'
    for (let round = 0; round < roundsMax; round++) {
      // Each wait may outlast what the wait before it established: whatever was waited for, the
      // round begins anew, and the attempt follows its checks without one.
      if (generation !== this.feed.generation) {
        generation = await this.#begin(consistency, patience)
        continue
      }
      if (this.feed.ageMs > this.#options.boundMs) {
        await this.#verify(patience)
        continue
      }
      // Who began anew so often rests no more, lest it never come to an end.
      const attempt = await this.#attempt(work, round < restfulRounds ? pace : unhurried, tier)
      if (attempt instanceof EntitiesMissing) {
        tier = slower(tier, await patience.wait(this.#loadAll(attempt.wants)))
      } else if (attempt) return attempt
    }
    throw unavailable(
      'STORE_CHANGING',
      'the store changes faster than the question can be answered',
    )
  }

  decideNow<Subject, T>(
    work: (lookup: EntityLookup, subject: Subject) => T,
    subject: Subject,
  ): Decided<T> | undefined {
    try {
      const value = work(this.#lookup, subject)
      return this.#vouchFor(value, 'memory')
    } catch (error) {
      if (error instanceof EntitiesMissing) return undefined
      throw error
    }
  }

  statistics(): FreshnessStatistics {
    return {
      ...this.#tally,
      entries: this.#cache.size,
      entryBytes: this.#cache.bytes,
      verifiedAgeMs: this.feed.ageMs,
      revision: this.feed.applied.number,
    }
  }

  /** Makes sure that what follows is as fresh as the question demands; answers the generation. */
  async #begin(consistency: Consistency, patience: Patience): Promise<number> {
    // Who may not commit may not say either that nothing was committed since the question came.
    if (consistency.kind === 'fully-consistent') {
      await patience.wait(this.feed.catchUp({ prove: true }))
    }
    if (consistency.kind === 'at-least-as-fresh') await this.#reach(consistency.revision, patience)
    return this.feed.generation
  }

  async #reach(revision: Revision, patience: Patience): Promise<void> {
    if (this.feed.covers(revision)) return
    await patience.wait(this.feed.catchUp({ prove: true }))
    const { epoch, number } = this.feed.applied
    // A token of another history names no state of this one: the present is the best answer.
    if (revision.epoch !== epoch || revision.number <= number) return
    throw new DomainError('invalid', {
      reason: 'TOKEN_FROM_FUTURE',
      message: 'consistency.at_least_as_fresh: the store has no such revision',
      violations: [
        {
          field: 'consistency.at_least_as_fresh',
          reason: 'CONSTRAINT',
          description: 'must be a revision of this store',
        },
      ],
    })
  }

  /**
   * Fails closed: what cannot be vouched for is not answered. A reading that took longer than the
   * bound to arrive vouches for nothing either.
   */
  async #verify(patience: Patience): Promise<void> {
    let cause: unknown
    await patience.wait(this.feed.catchUp()).catch((error: unknown) => {
      cause = error
    })
    if (this.feed.ageMs <= this.#options.boundMs) return
    this.#tally.boundRefusals += 1
    throw unavailable(
      'STALENESS_BOUND_EXCEEDED',
      'the store has not been heard of for longer than the staleness bound',
      cause,
    )
  }

  /**
   * Answers what was decided, or what has to be loaded first; `undefined`: what it began on is not the
   * present any more. Synchronous but for its rests, after which it goes on with the same revision or
   * not at all.
   */
  async #attempt<T>(
    work: (lookup: EntityLookup) => Steps<T>,
    pace: Pace,
    tier: Tier,
  ): Promise<Decided<T> | EntitiesMissing | undefined> {
    const { applied, generation } = this.feed
    const steps = work(this.#lookup)
    for (;;) {
      const step = nextOf(steps)
      if (step instanceof EntitiesMissing) return step
      if (step.done) return this.#vouchFor(step.value, tier)
      if (!pace.isDue) continue
      await pace.rest()
      if (this.feed.applied !== applied || this.feed.generation !== generation) return undefined
    }
  }

  async #loadAll(wants: readonly EntityWant[]): Promise<Tier> {
    const all = [...new Map(wants.map((want) => [keyOfWant(want), want])).values()]
    let slowest: Tier = 'memory'
    // A large batch must not take the whole queue before the store from everybody else.
    for (let from = 0; from < all.length; from += loadsTogether) {
      const some = all.slice(from, from + loadsTogether)
      const sources = await Promise.all(some.map((want) => this.#loader.load(want)))
      slowest = sources.reduce<Tier>(slower, slowest)
    }
    return slowest
  }

  /** `undefined`: nobody knows any more that it holds. */
  #vouchFor<T>(value: T, tier: Tier): Decided<T> | undefined {
    // Looked at once it is computed: a process can be frozen between any two lines.
    const { ageMs } = this.feed
    if (ageMs > this.#options.boundMs) return undefined
    this.#tally.answers[tier] += 1
    const validForMs = this.#options.boundMs - ageMs
    return { value, revision: this.feed.applied, freshness: { tier, ageMs, validForMs } }
  }

  #createFeed(
    store: CachedEntitiesDeps['store'],
    onMoved: CachedEntitiesDeps['onMoved'],
  ): ChangeFeed {
    return new ChangeFeed({
      window: this.#window,
      clock: this.#clock,
      options: this.#options,
      tally: this.#tally,
      readChanges: (request) => store.readChanges(request),
      onApply: ({ atMs, keys }) => {
        this.#onApplied(atMs)
        for (const key of keys) this.#tally.evictions += this.#cache.evict(key)
        this.#lookup.changed()
      },
      onReset: () => {
        this.#cache.clear()
        this.#lookup.reset()
      },
      ...(onMoved && { onMoved }),
    })
  }

  #find(want: EntityWant): CachedEntity | undefined {
    const entity = this.#cache.get(keyOfWant(want))
    if (entity?.endsAtMs === undefined) return entity
    return this.#clock.wallMs() < entity.endsAtMs ? entity : undefined
  }
}

function inOneStep<T>(work: () => T): Steps<T> {
  return { next: () => ({ done: true, value: work() }) }
}

function nextOf<T>(steps: Steps<T>): IteratorResult<void, T> | EntitiesMissing {
  try {
    return steps.next()
  } catch (error) {
    if (error instanceof EntitiesMissing) return error
    throw error
  }
}

const tierOrder: readonly Tier[] = ['memory', 'shared', 'store']

function slower(a: Tier, b: Tier | LoadedFrom): Tier {
  return tierOrder.indexOf(a) < tierOrder.indexOf(b) ? b : a
}

function unavailable(reason: string, message: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', { reason, message, cause })
}
