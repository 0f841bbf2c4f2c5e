import type { Clock } from './clock.js'
import type { Turn } from './http2/turn.js'

/** With what the last frame of a turn holds on top, a turn stays near a millisecond. */
const turnMsMax = 0.5
/** Only frames of many little messages, each of which takes long, come to this. */
const longTurnMs = 1

/** The turns of one connection, by the clock. */
export class TurnClock implements Turn {
  readonly #clock: Clock
  #sinceMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  begin(nowMs: number): void {
    this.#sinceMs = nowMs
  }

  isOver(): boolean {
    return this.#clock.nowMs() - this.#sinceMs > turnMsMax
  }

  isLong(): boolean {
    return this.#clock.nowMs() - this.#sinceMs > longTurnMs
  }

  rest(goOn: () => void): void {
    setImmediate(() => {
      this.begin(this.#clock.nowMs())
      goOn()
    })
  }
}
