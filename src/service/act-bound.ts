import { DomainError } from '../domain/errors.js'
import type { Administration } from './administration.js'

/** Runs the work, or rejects at once with `exhausted` when too much is under way. */
export type Bound = <T>(work: () => Promise<T>) => Promise<T>

/**
 * So much is under way at a time, and nothing waits: whatever waited would hold its request in
 * memory, and who had sent it would have given up before it came to its turn.
 */
export function createBound(underWayMax: number): Bound {
  let underWay = 0
  return async (work) => {
    if (underWay >= underWayMax) throw tooManyCalls(underWayMax)
    underWay += 1
    try {
      return await work()
    } finally {
      underWay -= 1
    }
  }
}

/** The same administration, of which so many acts are under way at a time, whichever face asks. */
export function boundActs(administration: Administration, bound: Bound): Administration {
  return {
    read: (session, work) => bound(() => administration.read(session, work)),
    write: (session, work, retry) => bound(() => administration.write(session, work, retry)),
  }
}

function tooManyCalls(underWayMax: number): DomainError {
  return new DomainError('exhausted', {
    reason: 'TOO_MANY_CALLS',
    message: `${underWayMax} calls that need the store are under way: call again in a moment`,
    metadata: { limit: String(underWayMax) },
  })
}
