import type { ChangeRow } from '../service/ports/change-log.js'
import type { Revision } from '../service/revision.js'

/**
 * The part of the change log that this process remembers: which revision changed an entity last,
 * and the nonce of each revision, from `start` up to the one applied last. Something read at a
 * revision in the window can be judged; anything older cannot, and is not believed.
 */
export class ChangeWindow {
  readonly #lastChange = new Map<string, number>()
  readonly #nonces = new Map<number, string>()
  readonly #keysMax: number
  #start = 0
  #applied: Revision = { epoch: '', number: 0, nonce: '' }

  constructor(keysMax: number) {
    this.#keysMax = keysMax
  }

  get applied(): Revision {
    return this.#applied
  }

  /** The first revision that can be judged. */
  get start(): number {
    return this.#start
  }

  /** Forgets everything and begins at `head`. */
  reset(head: Revision): void {
    this.#lastChange.clear()
    this.#nonces.clear()
    this.#start = head.number
    this.#applied = head
    this.#nonces.set(head.number, head.nonce)
  }

  /** Must be the revision after the one applied last. */
  apply({ number, nonce, keys }: ChangeRow): void {
    if (number !== this.#applied.number + 1) throw new Error(`revision ${number} is out of order`)
    for (const key of keys) {
      // Taken out first, so that the map stays in order of last change.
      this.#lastChange.delete(key)
      this.#lastChange.set(key, number)
    }
    this.#nonces.set(number, nonce)
    this.#applied = { epoch: this.#applied.epoch, number, nonce }
    this.#trim()
  }

  /** Whether `revision` is one of this window's history. */
  contains({ epoch, number, nonce }: Revision): boolean {
    const { applied } = this
    if (epoch !== applied.epoch) return false
    if (number < this.#start || number > applied.number) return false
    return this.#nonces.get(number) === nonce
  }

  /** Whether what was read of `keys` at `revision` is still so at the revision applied last. */
  isCurrent(keys: readonly string[], revision: Revision): boolean {
    if (!this.contains(revision)) return false
    return keys.every((key) => (this.#lastChange.get(key) ?? 0) <= revision.number)
  }

  /** What is forgotten takes the start of the window with it. */
  #trim(): void {
    // However few entities change, and if it is one again and again, revisions take room too.
    if (this.#nonces.size > this.#keysMax + 1) this.#raiseStart(this.#start + 1)
    while (this.#lastChange.size > this.#keysMax) {
      const [oldest] = this.#lastChange
      if (!oldest) return
      const [key, number] = oldest
      this.#lastChange.delete(key)
      this.#raiseStart(number)
    }
  }

  #raiseStart(number: number): void {
    for (let old = this.#start; old < number; old++) this.#nonces.delete(old)
    this.#start = Math.max(this.#start, number)
  }
}
