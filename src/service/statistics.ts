/**
 * What the data plane has counted since it started, and how it stands now. Plain numbers: counting
 * costs the hot path nothing, and whoever publishes them reads them when asked.
 */
export interface FreshnessStatistics {
  /** Decisions, by the slowest tier that one of their entities came from. */
  readonly answers: { readonly memory: number; readonly shared: number; readonly store: number }
  /** Questions refused because the staleness bound was exceeded. */
  readonly boundRefusals: number
  /** What was read and not kept: a change was faster, or history another. */
  readonly refusedFills: { readonly shared: number; readonly store: number }
  /** Entries of the shared cache that nobody with the pepper wrote. */
  readonly forgedEntries: number
  /** Misses that joined a load under way. */
  readonly joinedLoads: number
  /** Entities evicted because a revision changed them. */
  readonly evictions: number
  /** Times that everything was forgotten, the first beginning included. */
  readonly resets: number
  readonly readings: { readonly succeeded: number; readonly failed: number }
  /** Revisions applied. */
  readonly revisionsApplied: number
  /** Entities in memory now, and their estimated size. */
  readonly entries: number
  readonly entryBytes: number
  /** Of the last reading that reached the end of the log; infinite before the first. */
  readonly verifiedAgeMs: number
  readonly revision: number
}
