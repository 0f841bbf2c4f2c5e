import type { Clock } from './cache/clock.js'
import { oncePerRound } from './once-per-round.js'

/** The clocks and alarms of this machine. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  // It is looked at for what the other does not see, a machine that was asleep, and for when cached keys
  // end, to the millisecond or so that a round lasts. One that lasts longer, the other sees.
  wallMs: oncePerRound(Date.now),
  alarm(afterMs, ring) {
    const timer = setTimeout(ring, afterMs)
    return () => clearTimeout(timer)
  },
}
