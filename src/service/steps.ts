import { EntitiesMissing, type Steps } from './entities.js'
import type { Pace } from './pacer.js'

/** After so many of a list, work yields: with the slowest conditions, that is well below a turn. */
export const stepSize = 16

/**
 * Runs the work to its end without a rest. Throws `EntitiesMissing` when the turn is over before: to
 * lack time is like lacking an entity, somebody else has to wait for it.
 */
export function inOneTurn<T>(steps: Steps<T>, pace: Pace): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    if (pace.isDue) throw new EntitiesMissing([])
  }
}
