import { DomainError } from '../domain/errors.js'

/**
 * Lets a little work through at a time and a little more wait; turns the rest away at once, so that a
 * flood of misses costs the store a bounded number of connections and nobody an endless wait.
 */
export class Semaphore {
  readonly #waiting: (() => void)[] = []
  readonly #waitingMax: number
  #free: number

  constructor(limits: { readonly concurrencyMax: number; readonly waitingMax: number }) {
    this.#free = limits.concurrencyMax
    this.#waitingMax = limits.waitingMax
  }

  /** Rejects with `unavailable` when too many wait already. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  #enter(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return Promise.resolve()
    }
    if (this.#waiting.length >= this.#waitingMax) {
      throw new DomainError('unavailable', {
        reason: 'OVERLOADED',
        message: 'too many questions wait for the store: ask again in a moment',
      })
    }
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Whoever waits longest takes over the place: it is never free in between. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#free += 1
  }
}
