import type { Clock } from './cache/clock.js'
import { oncePerGo } from './once-per-go.js'

/** The clocks and alarms of this machine. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  // It is looked at for what the other does not see, a machine that was asleep. How long a go takes,
  // the other sees.
  wallMs: oncePerGo(Date.now),
  alarm(afterMs, ring) {
    const timer = setTimeout(ring, afterMs)
    return () => clearTimeout(timer)
  },
}
