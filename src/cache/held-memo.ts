import type { CachedEntity } from './entity-cache.js'

/** Something made of entries of memory, and the very entries that it was made of. */
interface Remembered<Key, T> {
  readonly key: Key
  readonly made: T
  readonly parts: readonly CachedEntity[]
  /** The version of memory at which the parts were last found in it. */
  version: number
  uses: number
}

export interface Gathered<T> {
  readonly parts: readonly CachedEntity[]
  make(): T
}

const generationMax = 10_000
const usesBetweenLooks = 256

/**
 * Remembers what was made for a key for as long as every entry behind it is the very one in memory.
 * While nothing has changed at all that takes one look-up; after a change the parts are looked at
 * again, as they are now and then anyway, lest memory take what is in use for forgotten.
 */
export class HeldMemo<Key extends string, T> {
  readonly #gather: (key: Key) => Gathered<T> | undefined
  #young = new Map<Key, Remembered<Key, T>>()
  #old = new Map<Key, Remembered<Key, T>>()
  /** The one that was asked for last: comparing its key costs less than looking it up. */
  #last: Remembered<Key, T> | undefined

  /**
   * `gather` finds what a thing is made of; `undefined`: there is nothing to be made. Keys are kept as
   * they are asked for: in memory of their own.
   */
  constructor(gather: (key: Key) => Gathered<T> | undefined) {
    this.#gather = gather
  }

  find(key: Key, version: number): T | undefined {
    const known = this.#recall(key)
    if (known?.version === version && ++known.uses % usesBetweenLooks !== 0) return known.made
    const gathered = this.#gather(key)
    if (!gathered) return undefined
    if (known && isSame(known.parts, gathered.parts)) {
      known.version = version
      this.#keep(known)
      return known.made
    }
    const made = gathered.make()
    this.#keep({ key, made, parts: gathered.parts, version, uses: 0 })
    return made
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
    this.#last = undefined
  }

  #recall(key: Key): Remembered<Key, T> | undefined {
    if (key === this.#last?.key) return this.#last
    const remembered = this.#young.get(key) ?? this.#old.get(key)
    if (remembered) this.#last = remembered
    return remembered
  }

  #keep(remembered: Remembered<Key, T>): void {
    if (this.#young.size >= generationMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(remembered.key, remembered)
    this.#last = remembered
  }
}

/** An entry that was evicted and loaded again is another object. */
function isSame(a: readonly CachedEntity[], b: readonly CachedEntity[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index])
}
