import type { ChangePage, ChangeRequest, ChangeRow } from '../service/ports.js'
import type { Revision } from '../service/revision.js'
import type { ChangeWindow } from './change-window.js'
import { type Clock, elapsedMs, type Moment, momentOf } from './clock.js'

export interface ChangeFeedDeps {
  readonly window: ChangeWindow
  readonly clock: Clock
  /** Reads the log as `Store.readChanges` does. */
  readChanges(request: ChangeRequest): Promise<ChangePage>
  /** Called for each applied revision, before anybody can see that it is applied. */
  onApply(row: ChangeRow): void
  /** Called when history is not the one that was followed: nothing held can be judged any more. */
  onReset(): void
}

const rowsMax = 1_000

/**
 * Follows the change log. What matters is not that it hears of every change at once, but that it
 * knows since when it has heard of all of them: `ageMs` is the time since the last reading that
 * reached the end of the log was *sent*, and grows while nothing is heard.
 */
export class ChangeFeed {
  readonly #deps: ChangeFeedDeps
  #verifiedAt: Moment | undefined
  #generation = 0
  #reading: Promise<void> | undefined
  #nextReading: Promise<void> | undefined

  constructor(deps: ChangeFeedDeps) {
    this.#deps = deps
  }

  /** Changes with every reset: what was begun under another generation must not be kept. */
  get generation(): number {
    return this.#generation
  }

  get applied(): Revision {
    return this.#deps.window.applied
  }

  /** Milliseconds; infinite before the first reading. */
  get ageMs(): number {
    if (!this.#verifiedAt) return Number.POSITIVE_INFINITY
    return Math.max(0, elapsedMs(this.#deps.clock, this.#verifiedAt))
  }

  /**
   * Resolves when a reading that was sent after this call has been applied; all who wait share it.
   * Never joins one under way: it may have looked before what the caller asks about happened.
   */
  catchUp(): Promise<void> {
    if (!this.#reading) return this.#begin()
    this.#nextReading ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#nextReading = undefined
        return this.#begin()
      })
    return this.#nextReading
  }

  #begin(): Promise<void> {
    const reading = this.#read().finally(() => {
      if (this.#reading === reading) this.#reading = undefined
    })
    this.#reading = reading
    return reading
  }

  async #read(): Promise<void> {
    for (;;) {
      const sentAt = momentOf(this.#deps.clock)
      const page = await this.#deps.readChanges({ from: this.applied.number, rowsMax })
      if (!this.#follows(page)) {
        this.#reset(page.head)
        this.#verifiedAt = sentAt
        return
      }
      for (const row of page.rows) this.#apply(row)
      // A full page means that there may be more: only its end says that nothing was missed.
      if (page.rows.length < rowsMax) {
        this.#verifiedAt = sentAt
        return
      }
    }
  }

  /** Whether the page goes on from where this feed stands, in the same history. */
  #follows({ head, rows }: ChangePage): boolean {
    const { epoch, number, nonce } = this.applied
    if (!this.#verifiedAt || head.epoch !== epoch || head.number < number) return false
    if (head.number === number) return head.nonce === nonce
    const [first] = rows
    // Before the first revision there is nothing to match but the epoch.
    if (number === 0) return first?.number === 1
    return first?.number === number && first.nonce === nonce && isContiguous(rows)
  }

  #apply(row: ChangeRow): void {
    if (row.number <= this.applied.number) return
    this.#deps.onApply(row)
    this.#deps.window.apply(row)
  }

  #reset(head: Revision): void {
    this.#generation += 1
    this.#deps.onReset()
    this.#deps.window.reset(head)
  }
}

function isContiguous(rows: readonly ChangeRow[]): boolean {
  return rows.every(
    (row, index) => index === 0 || row.number === (rows[index - 1]?.number ?? 0) + 1,
  )
}
