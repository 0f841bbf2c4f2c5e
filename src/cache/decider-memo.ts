import type { Decider } from '../domain/evaluate.js'
import type { CachedEntity } from './entity-cache.js'

/** A decider, and the very entries that it was made from. */
interface Remembered {
  readonly decider: Decider
  readonly parts: readonly CachedEntity[]
  /** The version of memory at which the parts were last found in it. */
  version: number
  uses: number
}

export interface Gathered {
  readonly parts: readonly CachedEntity[]
  create(): Decider
}

const generationMax = 10_000
const usesBetweenLooks = 64

/**
 * Remembers who decides for a key for as long as every entry behind it is the very one in memory.
 * While nothing has changed at all that takes one look-up; after a change the parts are looked at
 * again, as they are now and then anyway, lest memory take what is in use for forgotten.
 */
export class DeciderMemo {
  #young = new Map<string, Remembered>()
  #old = new Map<string, Remembered>()

  find(
    secretHash: string,
    version: number,
    gather: () => Gathered | undefined,
  ): Decider | undefined {
    const known = this.#young.get(secretHash) ?? this.#old.get(secretHash)
    if (known?.version === version && ++known.uses % usesBetweenLooks !== 0) return known.decider
    const gathered = gather()
    if (!gathered) return undefined
    if (known && isSame(known.parts, gathered.parts)) {
      known.version = version
      this.#keep(secretHash, known)
      return known.decider
    }
    const decider = gathered.create()
    this.#keep(secretHash, { decider, parts: gathered.parts, version, uses: 0 })
    return decider
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  #keep(secretHash: string, remembered: Remembered): void {
    if (this.#young.size >= generationMax) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(secretHash, remembered)
  }
}

/** An entry that was evicted and loaded again is another object. */
function isSame(a: readonly CachedEntity[], b: readonly CachedEntity[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index])
}
