import { LRUCache } from 'lru-cache'
import type { EntityValue } from '../service/entities.js'
import { entityBytes } from './entity-size.js'

/** An entity as it is held in memory. */
export interface CachedEntity {
  /** `undefined`: it is known that there is none. */
  readonly value: EntityValue
  /** Everything in the change log that would make the value another. */
  readonly keys: readonly string[]
  /** Milliseconds since the epoch: the next instant at which the value stops to be as it is. */
  readonly endsAtMs?: number
}

export interface EntityCacheLimits {
  readonly entriesMax: number
  /** Estimated; a few large policies must not take the memory of many small entries. */
  readonly bytesMax: number
  /** Of what does not exist: a budget of its own, lest garbage drive out what is in use. */
  readonly absentMax: number
}

/**
 * What this process remembers, the least recently used forgotten first. Holds nothing that a
 * revision applied since has changed: whoever applies a revision evicts what it names.
 */
export class EntityCache {
  readonly #present: LRUCache<string, CachedEntity>
  readonly #absent: LRUCache<string, CachedEntity>
  /** By a key that is not the entity's own: policies, which are held with their holder. */
  readonly #dependents = new Map<string, Set<string>>()

  constructor({ entriesMax, bytesMax, absentMax }: EntityCacheLimits) {
    const dispose = (entity: CachedEntity, id: string) => this.#unlink(id, entity)
    this.#present = new LRUCache({
      max: entriesMax,
      maxSize: bytesMax,
      sizeCalculation: entityBytes,
      dispose,
    })
    this.#absent = new LRUCache({ max: absentMax })
  }

  get size(): number {
    return this.#present.size + this.#absent.size
  }

  /** Estimated, of what is present. */
  get bytes(): number {
    return this.#present.calculatedSize
  }

  get(id: string): CachedEntity | undefined {
    return this.#present.get(id) ?? this.#absent.get(id)
  }

  set(id: string, entity: CachedEntity): void {
    this.#forget(id)
    if (entity.value === undefined) {
      this.#absent.set(id, entity)
      return
    }
    this.#present.set(id, entity)
    // What is larger than the whole budget is not kept at all.
    if (!this.#present.has(id)) return
    for (const key of entity.keys) if (key !== id) this.#link(key, id)
  }

  /** Forgets everything that was built from what `key` names; answers how much that was. */
  evict(key: string): number {
    let forgotten = this.#forget(key)
    for (const id of this.#dependents.get(key) ?? []) forgotten += this.#forget(id)
    return forgotten
  }

  clear(): void {
    this.#present.clear()
    this.#absent.clear()
    this.#dependents.clear()
  }

  #forget(id: string): number {
    return Number(this.#present.delete(id)) + Number(this.#absent.delete(id))
  }

  #link(key: string, id: string): void {
    const ids = this.#dependents.get(key) ?? new Set<string>()
    ids.add(id)
    this.#dependents.set(key, ids)
  }

  #unlink(id: string, { keys }: CachedEntity): void {
    for (const key of keys) {
      const ids = this.#dependents.get(key)
      ids?.delete(id)
      if (ids?.size === 0) this.#dependents.delete(key)
    }
  }
}
