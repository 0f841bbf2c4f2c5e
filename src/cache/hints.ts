import type { Revision } from '../service/revision.js'
import type { ChangeFeed } from './change-feed.js'
import type { Clock } from './clock.js'

/** Where servers tell each other that there is something new in the log. */
export interface HintChannel {
  /** Returns at once; a hint that is lost costs the others a moment. */
  publish(revision: Revision): void
  onHint(listener: (hint: Hint) => void): void
}

/** What a hint says; it never carries data, and is believed only so far as to look sooner. */
export type Hint = Pick<Revision, 'epoch' | 'number'>

export interface HintedReadingDeps {
  readonly feed: Pick<ChangeFeed, 'applied' | 'catchUp'>
  readonly clock: Clock
}

/** However many hints come, the log is read no more often than this. */
const pauseMs = 5

/** Reads the log when somebody says that there is something to read. */
export class HintedReading {
  readonly #deps: HintedReadingDeps
  #readAtMs = Number.NEGATIVE_INFINITY
  #isPlanned = false

  constructor(deps: HintedReadingDeps) {
    this.#deps = deps
  }

  /** Without a hint's contents, when all that is known is that something may be new. */
  heard(hint?: Hint): void {
    if (this.#isPlanned || (hint && !this.#isNews(hint))) return
    const sinceMs = this.#deps.clock.monotonicMs() - this.#readAtMs
    if (sinceMs >= pauseMs) {
      this.#read()
      return
    }
    this.#isPlanned = true
    this.#deps.clock.alarm(pauseMs - sinceMs, () => {
      this.#isPlanned = false
      this.#read()
    })
  }

  #isNews({ epoch, number }: Hint): boolean {
    const { applied } = this.#deps.feed
    return epoch === applied.epoch && number > applied.number
  }

  #read(): void {
    this.#readAtMs = this.#deps.clock.monotonicMs()
    // Who polls the log hears of its troubles.
    this.#deps.feed.catchUp().catch(() => undefined)
  }
}
