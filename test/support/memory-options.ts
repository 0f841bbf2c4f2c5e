import type { CachedEntitiesOptions } from '../../src/cache/cached-entities.js'

/** Of a memory that holds what a test asks about, and of a store that answers in its time. */
export const memoryOptions: CachedEntitiesOptions = {
  boundMs: 5_000,
  entriesMax: 100,
  bytesMax: 1_000_000,
  absentMax: 100,
  windowKeysMax: 100,
  loadsMax: 2,
  waitingLoadsMax: 10,
  waitMs: 10_000,
  readTimeoutMs: 10_000,
  preloadRows: 0,
  pageRowsMax: 1_000,
}
