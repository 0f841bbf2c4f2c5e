import type { Clock } from './clock.js'

export interface TroubleDeps {
  readonly clock: Clock
  /** Called with what is wrong, and with `undefined` when it is over. */
  report(error: Error | undefined): void
}

const againMs = 60_000
const messagesMax = 100

/** Tells once what is wrong, and once that it is over, however often it is met. */
export class Trouble {
  readonly #deps: TroubleDeps
  /** When each message was told last, in milliseconds of the monotonic clock. */
  readonly #told = new Map<string, number>()
  #current: string | undefined
  #isTold = false

  constructor(deps: TroubleDeps) {
    this.#deps = deps
  }

  /** What is wrong now; `undefined` when nothing is. */
  get current(): string | undefined {
    return this.#current
  }

  met(error: unknown): void {
    const known = error instanceof Error ? error : new Error(String(error))
    const nowMs = this.#deps.clock.monotonicMs()
    const isTold = nowMs - (this.#told.get(known.message) ?? Number.NEGATIVE_INFINITY) < againMs
    // What comes after says how it goes on; what came first says what is wrong.
    this.#current ??= known.message
    if (isTold) return
    if (this.#told.size >= messagesMax) this.#told.clear()
    this.#told.set(known.message, nowMs)
    this.#isTold = true
    this.#deps.report(known)
  }

  over(): void {
    if (this.#current === undefined) return
    this.#current = undefined
    // What nobody was told of is not over for anybody.
    if (!this.#isTold) return
    this.#isTold = false
    this.#deps.report(undefined)
  }
}
