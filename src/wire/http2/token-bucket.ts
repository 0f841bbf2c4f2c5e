export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Lets `burst` things happen at once and `perSecond` in the long run. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #filledAtMs = 0

  constructor(rate: Rate) {
    this.#rate = rate
    this.#tokens = rate.burst
  }

  /** Answers false when there was none left to take. */
  take(nowMs: number): boolean {
    if (this.#tokens < 1) this.#fill(nowMs)
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }

  /** Something useful happened, which earns the right to as much of the other. */
  earn(tokens: number): void {
    this.#tokens = Math.min(this.#tokens + tokens, this.#rate.burst)
  }

  /** Looked at only when empty, so that the common case reads no clock and multiplies nothing. */
  #fill(nowMs: number): void {
    const elapsedMs = Math.max(nowMs - this.#filledAtMs, 0)
    this.#filledAtMs = nowMs
    this.earn((elapsedMs / 1_000) * this.#rate.perSecond)
  }
}
