import type { Schedule } from '../../service/schedule.js'

/** So long a caller that was admitted may go on asking. */
const admittedMs = 1_000

/**
 * The admission of a call that outlives the key it was made with: once its time is over, the next
 * question asks for it anew. A timer runs it down, so that no question reads a clock.
 */
export class RenewedAdmission {
  readonly #admit: () => undefined | Promise<void>
  readonly #schedule: Schedule
  #isDue = false
  #callOff = () => {}

  constructor(admit: () => undefined | Promise<void>, schedule: Schedule) {
    this.#admit = admit
    this.#schedule = schedule
  }

  /** From now on, the caller is admitted. */
  begin(): void {
    this.#isDue = false
    this.#callOff = this.#schedule(admittedMs, () => {
      this.#isDue = true
    })
  }

  /** Answers, throws and rejects as the admission does; with nothing while that holds. */
  renew(): undefined | Promise<void> {
    if (!this.#isDue) return undefined
    const admission = this.#admit()
    this.begin()
    return admission
  }

  end(): void {
    this.#callOff()
  }
}
