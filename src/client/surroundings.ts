/** Time and chance, which a test may set. */
export interface Surroundings {
  /** Milliseconds that never go back; stands still while a machine is suspended. */
  monotonicMs(): number
  /** Milliseconds since the epoch; somebody may set it. */
  wallMs(): number
  /** Calls `ring` once, after so many milliseconds; answers how to call it off. */
  alarm(afterMs: number, ring: () => void): () => void
  /** From 0 to 1. */
  random(): number
}

/** Of this machine; its alarms keep no process alive. */
export const systemSurroundings: Surroundings = {
  monotonicMs: () => performance.now(),
  wallMs: Date.now,
  alarm(afterMs, ring) {
    const timer = setTimeout(ring, afterMs)
    timer.unref()
    return () => clearTimeout(timer)
  },
  random: Math.random,
}

/** A moment on both clocks, because each stands still when the other does not. */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

type Clocks = Pick<Surroundings, 'monotonicMs' | 'wallMs'>

export function momentOf(clocks: Clocks, agoMs = 0): Moment {
  return { monotonicMs: clocks.monotonicMs() - agoMs, wallMs: clocks.wallMs() - agoMs }
}

/** The longer of what the two say: an age may be taken for more than it is, never for less. */
export function elapsedMs(clocks: Clocks, since: Moment): number {
  return Math.max(clocks.monotonicMs() - since.monotonicMs, clocks.wallMs() - since.wallMs)
}
