import type { Clock } from '../../../src/wire/clock.js'

/** Time that passes when the test says so. */
export class TurnedClock implements Clock {
  #nowMs = 0
  readonly #timers = new Set<{ readonly atMs: number; act(): void }>()

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, act: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, act }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  pass(ms: number): void {
    this.#nowMs += ms
    for (const timer of [...this.#timers]) {
      if (timer.atMs <= this.#nowMs && this.#timers.delete(timer)) timer.act()
    }
  }
}
