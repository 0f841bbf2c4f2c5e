import { EVALUATION_UNITS_MAX } from './limits.js'

/**
 * Counts what an evaluation spends. The static estimate knows how often a body runs but not how
 * long an attribute is, and comparing two large attributes in every round is what would hang us.
 *
 * `||` and `exists` may absorb an error, this one included; whoever evaluates must therefore look
 * at `isExhausted` before believing a result.
 */
export class Meter {
  #left = EVALUATION_UNITS_MAX

  get isExhausted(): boolean {
    return this.#left < 0
  }

  restart(): void {
    this.#left = EVALUATION_UNITS_MAX
  }

  /** Throws once the budget is spent, and at every call after that. */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new Error('the evaluation costs too much')
  }
}
