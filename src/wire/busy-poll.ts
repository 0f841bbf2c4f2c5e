import type { Clock } from './clock.js'

/** After so many waits in vain in a row, one in 2^n occasions is tried. */
const missesMax = 10

/**
 * Keeps the event loop from falling asleep for a moment after something came: waking up costs more
 * than a call does, so a client that asks one thing after another is answered sooner. It burns a
 * core while it waits, so it learns: waits in vain make it wait more and more rarely.
 */
export class BusyPoll {
  readonly #clock: Clock
  readonly #forMs: number
  #untilMs = 0
  #isPolling = false
  #misses = 0
  #passedOver = 0

  /** `forMs` of 0 never waits. */
  constructor(clock: Clock, forMs: number) {
    this.#clock = clock
    this.#forMs = forMs
  }

  get isPolling(): boolean {
    return this.#isPolling
  }

  /** Something came. */
  extend(nowMs: number): void {
    if (this.#forMs === 0) return
    if (this.#isPolling) this.#misses = 0
    else if (!this.#isWorthTrying()) return
    else setImmediate(this.#poll)
    this.#isPolling = true
    this.#untilMs = nowMs + this.#forMs
  }

  #isWorthTrying(): boolean {
    this.#passedOver += 1
    if (this.#passedOver < 2 ** this.#misses) return false
    this.#passedOver = 0
    return true
  }

  readonly #poll = (): void => {
    if (this.#clock.nowMs() < this.#untilMs) {
      setImmediate(this.#poll)
      return
    }
    this.#isPolling = false
    this.#misses = Math.min(this.#misses + 1, missesMax)
  }
}
