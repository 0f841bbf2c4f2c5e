import type { AuthorizationView } from '../domain/authorization-view.js'
import { DomainError } from '../domain/errors.js'
import type { CompiledPolicy } from '../domain/policy.js'
import type { Principal } from '../domain/principal.js'
import {
  type Consistency,
  type Decided,
  EntitiesMissing,
  type EntityLookup,
  type EntitySource,
  type EntityValue,
  type EntityWant,
  keyOfWant,
} from '../service/entities.js'
import type { Stamped, Store } from '../service/ports.js'
import type { Revision } from '../service/revision.js'
import { ChangeFeed } from './change-feed.js'
import { ChangeWindow } from './change-window.js'
import type { Clock } from './clock.js'
import { EntityCache, type EntityCacheLimits } from './entity-cache.js'
import { HeldLookup } from './held-lookup.js'
import { loadEntity } from './load-entity.js'
import { Semaphore } from './semaphore.js'
import { ViewMemo } from './view-memo.js'

export interface CachedEntitiesOptions extends EntityCacheLimits {
  /** The staleness bound: nothing older is answered, whatever fails. */
  readonly boundMs: number
  /** How many changed entities are remembered, to judge what was read before. */
  readonly windowKeysMax: number
  readonly loadsMax: number
  readonly waitingLoadsMax: number
}

export interface CachedEntitiesDeps {
  readonly store: Pick<Store, 'read' | 'readChanges'>
  readonly clock: Clock
  readonly options: CachedEntitiesOptions
}

/** More rounds than any decision needs; a world that changes this fast is not to be answered. */
const roundsMax = 8

/**
 * Decides from memory, and from the store what memory lacks. Every decision is taken in one go over
 * entities that are all valid at the revision applied last, so it is that of one state of the
 * store: nothing gathered before a wait is ever used after it.
 */
export class CachedEntities implements EntitySource {
  readonly #deps: CachedEntitiesDeps
  readonly #cache: EntityCache
  readonly #window: ChangeWindow
  readonly #views = new ViewMemo()
  readonly #loads: Semaphore
  readonly #flights = new Map<string, Promise<void>>()
  readonly #lookup: EntityLookup
  readonly feed: ChangeFeed

  constructor(deps: CachedEntitiesDeps) {
    const { options, store, clock } = deps
    this.#deps = deps
    this.#cache = new EntityCache(options)
    this.#window = new ChangeWindow(options.windowKeysMax)
    this.#loads = new Semaphore({
      concurrencyMax: options.loadsMax,
      waitingMax: options.waitingLoadsMax,
    })
    this.#lookup = this.#createLookup()
    this.feed = new ChangeFeed({
      window: this.#window,
      clock,
      readChanges: (request) => store.readChanges(request),
      onApply: ({ keys }) => {
        for (const key of keys) this.#cache.evict(key)
      },
      onReset: () => {
        this.#cache.clear()
        this.#views.clear()
      },
    })
  }

  async decide<T>(
    consistency: Consistency,
    work: (lookup: EntityLookup) => T,
  ): Promise<Decided<T>> {
    let generation = await this.#begin(consistency)
    let tier: 'memory' | 'store' = 'memory'
    for (let round = 0; round < roundsMax; round++) {
      // Each wait may outlast what the wait before it established: whatever was waited for, the
      // round begins anew, and the attempt follows its checks without one.
      if (generation !== this.feed.generation) {
        generation = await this.#begin(consistency)
        continue
      }
      if (this.feed.ageMs > this.#deps.options.boundMs) {
        await this.#verify()
        continue
      }
      const attempt = this.#attempt(work)
      if ('value' in attempt) return this.#stamp(attempt.value, tier)
      tier = 'store'
      await Promise.all(attempt.wants.map((want) => this.#fill(want)))
    }
    throw unavailable(
      'STORE_CHANGING',
      'the store changes faster than the question can be answered',
    )
  }

  /** Makes sure that what follows is as fresh as the question demands; answers the generation. */
  async #begin(consistency: Consistency): Promise<number> {
    if (consistency.kind === 'fully-consistent') await this.#catchUp()
    if (consistency.kind === 'at-least-as-fresh') await this.#reach(consistency.revision)
    return this.feed.generation
  }

  async #reach(revision: Revision): Promise<void> {
    if (this.#covers(revision)) return
    await this.#catchUp()
    // A token of another history names no state of this one: the present is the best answer.
    if (revision.epoch !== this.feed.applied.epoch || this.#covers(revision)) return
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

  #covers({ epoch, number }: Revision): boolean {
    const { applied } = this.feed
    return epoch === applied.epoch && number <= applied.number
  }

  async #catchUp(): Promise<void> {
    await this.feed.catchUp()
  }

  /**
   * Fails closed: what cannot be vouched for is not answered. A reading that took longer than the
   * bound to arrive vouches for nothing either.
   */
  async #verify(): Promise<void> {
    const { boundMs } = this.#deps.options
    let cause: unknown
    await this.feed.catchUp().catch((error: unknown) => {
      cause = error
    })
    if (this.feed.ageMs <= boundMs) return
    throw unavailable(
      'STALENESS_BOUND_EXCEEDED',
      'the store has not been heard of for longer than the staleness bound',
      cause,
    )
  }

  /** Synchronous from end to end: one decision sees one revision. */
  #attempt<T>(work: (lookup: EntityLookup) => T): { value: T } | EntitiesMissing {
    try {
      return { value: work(this.#lookup) }
    } catch (error) {
      if (error instanceof EntitiesMissing) return error
      throw error
    }
  }

  #stamp<T>(value: T, tier: 'memory' | 'store'): Decided<T> {
    const { ageMs, applied } = this.feed
    const validForMs = Math.max(0, this.#deps.options.boundMs - ageMs)
    return { value, revision: applied, freshness: { tier, ageMs, validForMs } }
  }

  #createLookup(): EntityLookup {
    const held = new HeldLookup((want) => this.#cache.get(keyOfWant(want)))
    return {
      findCredential: (secretHash) => held.findCredential(secretHash),
      findPrincipal: (ref) => held.findPrincipal(ref),
      findProjectOrganization: (id) => held.findProjectOrganization(id),
      viewOf: (principal) => this.#viewOf(principal, held),
    }
  }

  /** A view is as good as the entries that it was joined from, which the cache still holds. */
  #viewOf(principal: Principal, held: HeldLookup): AuthorizationView {
    const entries = [principal.ref.id, ...principal.groupIds].map((holderId) =>
      this.#cache.get(keyOfWant({ kind: 'bindings', holderId })),
    )
    return this.#views.get(principal, entries, () => held.viewOf(principal))
  }

  /** Those who miss the same thing at once share one load. */
  #fill(want: EntityWant): Promise<void> {
    const id = keyOfWant(want)
    const flying = this.#flights.get(id)
    if (flying) return flying
    const flight = this.#load(id, want).finally(() => this.#flights.delete(id))
    this.#flights.set(id, flight)
    return flight
  }

  async #load(id: string, want: EntityWant): Promise<void> {
    const loaded = await this.#loads.run(() =>
      this.#deps.store.read((tx) => loadEntity(tx.decisions, want)),
    )
    // Read from a state that this process has not applied yet: what it holds must catch up first.
    if (loaded.revision.number > this.feed.applied.number) await this.feed.catchUp()
    this.#keep(id, want, loaded)
  }

  /**
   * A load that raced a change, or began in another history, is dropped: the next round loads
   * again.
   */
  #keep(id: string, want: EntityWant, { value, revision }: Stamped<EntityValue>): void {
    const keys = [id, ...dependenciesOf(want, value)]
    if (this.#window.isCurrent(keys, revision)) this.#cache.set(id, { value, keys })
  }
}

/** Policies are held with their holder, and change under keys of their own. */
function dependenciesOf(want: EntityWant, value: EntityValue): string[] {
  if (want.kind !== 'bindings') return []
  return ((value ?? []) as readonly CompiledPolicy[]).map((policy) => `policy:${policy.id}`)
}

function unavailable(reason: string, message: string, cause?: unknown): DomainError {
  return new DomainError('unavailable', { reason, message, cause })
}
