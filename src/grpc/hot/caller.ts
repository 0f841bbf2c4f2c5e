import type { Asker } from '../../service/pacer.js'

/** As much of a call as the hot methods look at, whichever engine carries it. */
export interface HotCaller extends Asker {
  /**
   * Whether the peer may ask at all: at once, or once that is known. Throws or rejects with
   * `DomainError` when it may not.
   */
  admit(): undefined | Promise<void>
  /** Milliseconds until nobody waits for the answer any more; infinite without a deadline. */
  leftMs(): number
}
