import { DomainError } from '../domain/errors.js'
import type { ChangePage, ChangeRequest, ChangeRow } from '../service/ports/change-log.js'
import type { Revision } from '../service/revision.js'
import type { ChangeWindow } from './change-window.js'
import { type Clock, earlier, elapsedMs, type Moment, momentOf } from './clock.js'
import { within } from './patience.js'
import type { Tally } from './tally.js'

export interface ChangeFeedDeps {
  readonly window: ChangeWindow
  readonly clock: Clock
  readonly options: ChangeFeedOptions
  readonly tally: Tally
  /** Reads the log as `Store.readChanges` does. */
  readChanges(request: ChangeRequest): Promise<ChangePage>
  /** Called for each applied revision, before anybody can see that it is applied. */
  onApply(row: ChangeRow): void
  /** Called when history is not the one that was followed: nothing held can be judged any more. */
  onReset(): void
  /** Called once a revision is applied, and with nothing once a new beginning is made. */
  onMoved?(row: ChangeRow | undefined): void
}

export interface ChangeFeedOptions {
  /** After that a page counts as lost; the next reading does not wait for it. */
  readonly readTimeoutMs: number
  /**
   * How many revisions before the head a beginning reaches back, so that what other replicas shared
   * can be judged by this one.
   */
  readonly preloadRows: number
  /** How many revisions one reading asks for at a time; at least 2. */
  readonly pageRowsMax: number
}

const restartsMax = 3

/**
 * Follows the change log. What matters is not that it hears of every change at once, but that it
 * knows since when it has heard of all of them: `ageMs` is the time since the last reading that
 * reached the end of the log was *sent*, and grows while nothing is heard.
 */
export class ChangeFeed {
  readonly #deps: ChangeFeedDeps
  #verifiedAt: Moment | undefined
  #timeline = 0
  #hasBegun = false
  /** Of stores, or of times before a restore, that this one has followed and left. */
  readonly #epochsLeft = new Set<string>()
  #generation = 0
  #reading: Promise<void> | undefined
  #nextReading: Promise<void> | undefined
  #nextProves = false

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

  /** Whether the revision is one of the applied history, as far back as that can be told. */
  covers(revision: Revision): boolean {
    const { applied, start } = this.#deps.window
    if (revision.epoch !== applied.epoch || revision.number > applied.number) return false
    return revision.number < start || this.#deps.window.contains(revision)
  }

  /** Milliseconds; infinite before the first reading. */
  get ageMs(): number {
    if (!this.#verifiedAt) return Number.POSITIVE_INFINITY
    return Math.max(0, elapsedMs(this.#deps.clock, this.#verifiedAt))
  }

  /**
   * Resolves when a reading that was sent after this call has been applied; all who wait share it.
   * Never joins one under way: it may have looked before what the caller asks about happened. With
   * `prove`, the store must show that it is still the one that can commit.
   */
  catchUp({ prove = false }: { readonly prove?: boolean } = {}): Promise<void> {
    if (!this.#reading) return this.#begin(prove)
    this.#nextProves ||= prove
    this.#nextReading ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        const proves = this.#nextProves
        this.#nextReading = undefined
        this.#nextProves = false
        return this.#begin(proves)
      })
    return this.#nextReading
  }

  #begin(prove: boolean): Promise<void> {
    const { readings } = this.#deps.tally
    const reading = this.#read(prove)
      .then(
        () => {
          readings.succeeded += 1
        },
        (error: unknown) => {
          readings.failed += 1
          throw error
        },
      )
      .finally(() => {
        if (this.#reading === reading) this.#reading = undefined
      })
    this.#reading = reading
    return reading
  }

  async #read(prove: boolean): Promise<void> {
    const { pageRowsMax: rowsMax } = this.#deps.options
    let restarts = 0
    for (;;) {
      const sentAt = momentOf(this.#deps.clock)
      const page = await this.#ask({
        from: this.applied.number,
        rowsMax,
        prove,
      })
      this.#refuseFenced(page)
      if (!this.#follows(page)) {
        if (++restarts > restartsMax) throw moving()
        await this.#restart(page)
        continue
      }
      this.#timeline = page.authority.timeline
      for (const row of page.rows) this.#apply(row)
      // A full page means that there may be more: only its end says that nothing was missed.
      if (page.rows.length < rowsMax) {
        this.#verifiedAt = earlier(sentAt, page.authority.leaseAgeMs)
        return
      }
    }
  }

  #ask(request: ChangeRequest): Promise<ChangePage> {
    const { clock, options, readChanges } = this.#deps
    return within(clock, options.readTimeoutMs, readChanges(request))
  }

  /** A primary that was replaced still answers, and even truly: but of what was true before. */
  #refuseFenced({ head, authority }: ChangePage): void {
    const isReplaced = head.epoch === this.applied.epoch && authority.timeline < this.#timeline
    if (!isReplaced && !this.#epochsLeft.has(head.epoch)) return
    throw unavailable('STORE_FENCED', 'the server that answered is not the store any more')
  }

  /** Whether the page goes on from where this feed stands, in the same history. */
  #follows({ head, rows }: ChangePage): boolean {
    const { epoch, number, nonce } = this.applied
    if (!this.#hasBegun || head.epoch !== epoch || head.number < number) return false
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
    this.#deps.tally.revisionsApplied += 1
    this.#deps.onMoved?.(row)
  }

  /** Begins anew at the head, or at what of the log before it can be had. */
  async #restart(page: ChangePage): Promise<void> {
    const start = await this.#startOf(page)
    if (this.#hasBegun) this.#leave(page)
    this.#hasBegun = true
    this.#generation += 1
    this.#verifiedAt = undefined
    this.#timeline = page.authority.timeline
    this.#deps.tally.resets += 1
    // In one go with the window: what was loaded under the old one must not outlive it.
    this.#deps.onReset()
    this.#deps.window.reset(start)
    this.#deps.onMoved?.(undefined)
  }

  async #startOf({ head, authority }: ChangePage): Promise<Revision> {
    const from = Math.max(0, head.number - this.#deps.options.preloadRows)
    if (from === head.number) return head
    const before = await this.#ask({ from, rowsMax: 1 })
    const [first] = before.rows
    const isSame =
      before.head.epoch === head.epoch && before.authority.timeline === authority.timeline
    if (!first || !isSame || first.number > head.number) return head
    return { epoch: head.epoch, number: first.number, nonce: first.nonce }
  }

  /**
   * History may be left for another store's, for a failover's, or because the log was trimmed. One
   * that was rewritten by the same server is a backup that somebody brought back: what was
   * acknowledged since then is gone, and the operator has to say that it may be.
   */
  #leave({ head, rows, authority }: ChangePage): void {
    const { epoch, number, nonce } = this.applied
    if (head.epoch !== epoch) {
      this.#epochsLeft.add(epoch)
      return
    }
    const same = head.number === number ? head : rows.find((row) => row.number === number)
    const isRewritten = head.number < number || (same !== undefined && same.nonce !== nonce)
    if (isRewritten && authority.timeline === this.#timeline) throw regressed()
  }
}

function isContiguous(rows: readonly ChangeRow[]): boolean {
  return rows.every(
    (row, index) => index === 0 || row.number === (rows[index - 1]?.number ?? 0) + 1,
  )
}

function regressed(): DomainError {
  return unavailable(
    'EPOCH_REGRESSION',
    'the store went back in time, as after a restore: run `postern store new-epoch`',
  )
}

function moving(): DomainError {
  return unavailable('STORE_CHANGING', 'the log of the store begins anew again and again')
}

function unavailable(reason: string, message: string): DomainError {
  return new DomainError('unavailable', { reason, message })
}
