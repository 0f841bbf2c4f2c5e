import type { Clock } from './cache/clock.js'

/** The clocks and alarms of this machine. */
export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: Date.now,
  alarm(afterMs, ring) {
    const timer = setTimeout(ring, afterMs)
    return () => clearTimeout(timer)
  },
}
