import { LRUCache } from 'lru-cache'
import type { EntityValue } from '../service/entities.js'

/** An entity as it is held in memory. */
export interface CachedEntity {
  /** `undefined`: it is known that there is none. */
  readonly value: EntityValue
  /** Everything in the change log that would make the value another. */
  readonly keys: readonly string[]
}

export interface EntityCacheLimits {
  readonly entriesMax: number
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

  constructor({ entriesMax, absentMax }: EntityCacheLimits) {
    const dispose = (entity: CachedEntity, id: string) => this.#unlink(id, entity)
    this.#present = new LRUCache({ max: entriesMax, dispose })
    this.#absent = new LRUCache({ max: absentMax })
  }

  get size(): number {
    return this.#present.size + this.#absent.size
  }

  get(id: string): CachedEntity | undefined {
    return this.#present.get(id) ?? this.#absent.get(id)
  }

  set(id: string, entity: CachedEntity): void {
    this.evict(id)
    if (entity.value === undefined) {
      this.#absent.set(id, entity)
      return
    }
    this.#present.set(id, entity)
    for (const key of entity.keys) if (key !== id) this.#link(key, id)
  }

  /** Forgets everything that was built from what `key` names. */
  evict(key: string): void {
    this.#present.delete(key)
    this.#absent.delete(key)
    for (const id of this.#dependents.get(key) ?? []) this.#present.delete(id)
  }

  clear(): void {
    this.#present.clear()
    this.#absent.clear()
    this.#dependents.clear()
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
