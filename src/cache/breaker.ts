import type { Clock } from './clock.js'

export interface BreakerDeps {
  readonly clock: Clock
  /** From 0 to 1. */
  random(): number
}

const failuresMax = 3
const probeEveryMs = 500

/**
 * Keeps callers off something that does not answer. After a few failures in a row only one caller
 * at a time is let through, now and then, to see; the others go without at once.
 */
export class Breaker {
  readonly #deps: BreakerDeps
  #failures = 0
  #probeAtMs = 0

  constructor(deps: BreakerDeps) {
    this.#deps = deps
  }

  get isOpen(): boolean {
    return this.#failures >= failuresMax
  }

  /** Whether this caller may try; of those who ask while it is open, few are the probe. */
  allows(): boolean {
    if (!this.isOpen) return true
    if (this.#deps.clock.monotonicMs() < this.#probeAtMs) return false
    this.#postpone()
    return true
  }

  succeeded(): void {
    this.#failures = 0
  }

  failed(): void {
    this.#failures += 1
    if (this.isOpen) this.#postpone()
  }

  #postpone(): void {
    const { clock, random } = this.#deps
    this.#probeAtMs = clock.monotonicMs() + probeEveryMs * (0.8 + 0.4 * random())
  }
}
