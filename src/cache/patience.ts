import { DomainError } from '../domain/errors.js'
import type { Clock } from './clock.js'

/** Settles as `work` does, or rejects once `waitMs` are over; the work itself goes on. */
export function within<T>(clock: Clock, waitMs: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const callOff = clock.alarm(Math.max(0, waitMs), () => reject(timedOut()))
    work.then(resolve, reject).finally(callOff)
  })
}

function timedOut(): DomainError {
  return new DomainError('unavailable', {
    reason: 'STORE_TIMEOUT',
    message: 'the store did not answer in time',
  })
}

/** What one caller has left of the time that it may wait. */
export class Patience {
  readonly #clock: Clock
  readonly #waitMs: number
  #sinceMs: number | undefined

  constructor(clock: Clock, waitMs: number) {
    this.#clock = clock
    this.#waitMs = waitMs
  }

  /** The clock starts with the first wait: most callers never wait. */
  wait<T>(work: Promise<T>): Promise<T> {
    this.#sinceMs ??= this.#clock.monotonicMs()
    const spentMs = this.#clock.monotonicMs() - this.#sinceMs
    return within(this.#clock, this.#waitMs - spentMs, work)
  }
}
