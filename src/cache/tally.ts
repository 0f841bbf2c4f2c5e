/** What the cache counts as it goes: plain numbers that whoever publishes them reads when asked. */
export class Tally {
  readonly answers = { memory: 0, shared: 0, store: 0 }
  readonly refusedFills = { shared: 0, store: 0 }
  readonly readings = { succeeded: 0, failed: 0 }
  boundRefusals = 0
  forgedEntries = 0
  joinedLoads = 0
  evictions = 0
  resets = 0
  revisionsApplied = 0
}
