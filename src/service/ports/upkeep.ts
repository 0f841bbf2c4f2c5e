import type { Revision } from '../revision.js'
import type { Change } from './change-log.js'

/** What whoever owns the store does with it, beside serving from it. */
export interface StoreUpkeep {
  /**
   * Deletes some of what is old: log rows from the oldest on, never the newest, and remembered
   * responses. Answers how many of each; fewer than `rowsMax` of both means that no more are old.
   */
  trim(request: TrimRequest): Promise<Trimmed>
  /**
   * Gives the store a new epoch: every revision that was handed out before belongs to another
   * history. The change is its first entry.
   */
  renewEpoch(change: Change): Promise<Revision>
}

export interface TrimRequest {
  /** Log rows written before this instant go. */
  readonly changesBeforeMs: number
  /** Remembered responses of before this instant go. */
  readonly repliesBeforeMs: number
  /** Of each, at a time. */
  readonly rowsMax: number
}

export interface Trimmed {
  readonly changes: number
  readonly replies: number
}
