import type { Write } from './history.js'

/** A row of the store's change log. */
export interface LoggedRevision {
  readonly rev: number
  readonly nonce: string
}

/** Acknowledged writes that the log does not hold, or holds as another's. */
export function findLostWrites(
  writes: readonly Write[],
  log: readonly LoggedRevision[],
): readonly string[] {
  const nonces = new Map(log.map(({ rev, nonce }) => [rev, nonce]))
  return writes.flatMap(({ acknowledged }) => {
    if (!acknowledged) return []
    const { number, nonce } = acknowledged.revision
    const found = nonces.get(number)
    if (found === nonce) return []
    return [`revision ${number} is ${found === undefined ? 'not in the log' : "another write's"}`]
  })
}
