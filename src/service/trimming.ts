import type { StoreUpkeep } from './ports/upkeep.js'

export interface TrimmingDeps {
  readonly store: Pick<StoreUpkeep, 'trim'>
  readonly changesMs: number
  readonly repliesMs: number
  /** Milliseconds since the epoch. */
  now(): number
}

/** So few that no write waits long for one transaction of it. */
const rowsMax = 1_000

/** Deletes log rows and remembered responses that are older than they are kept. */
export async function trimOld({ store, changesMs, repliesMs, now }: TrimmingDeps): Promise<void> {
  const nowMs = now()
  const request = {
    changesBeforeMs: nowMs - changesMs,
    repliesBeforeMs: nowMs - repliesMs,
    rowsMax,
  }
  for (;;) {
    const { changes, replies } = await store.trim(request)
    if (changes < rowsMax && replies < rowsMax) return
  }
}
