/** What telling and giving up the time needs. */
export interface PacerDeps {
  /** Milliseconds that never go back. */
  monotonicMs(): number
  nextTurn(): Promise<void>
}

const turnMs = 1

/**
 * Keeps long work from holding the thread that answers everybody: whoever asks between its steps
 * knows when it is time to let others on.
 */
export class Pacer {
  readonly #deps: PacerDeps
  #sinceMs: number

  constructor(deps: PacerDeps) {
    this.#deps = deps
    this.#sinceMs = deps.monotonicMs()
  }

  /** Whether the thread was held for long enough: time for a `rest`. */
  get isDue(): boolean {
    return this.#deps.monotonicMs() - this.#sinceMs >= turnMs
  }

  async rest(): Promise<void> {
    await this.#deps.nextTurn()
    this.#sinceMs = this.#deps.monotonicMs()
  }
}
