/** Two clocks, because each stands still when the other does not; and alarms. */
export interface Clock {
  /** Milliseconds that never go back; stands still while a machine is suspended. */
  monotonicMs(): number
  /** Milliseconds since the epoch; somebody may set it. */
  wallMs(): number
  /** Calls `ring` once, after so many milliseconds; answers how to call it off. */
  alarm(afterMs: number, ring: () => void): () => void
}

/** A moment on both clocks. */
export interface Moment {
  readonly monotonicMs: number
  readonly wallMs: number
}

export function momentOf(clock: Clock): Moment {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() }
}

export function earlier({ monotonicMs, wallMs }: Moment, byMs: number): Moment {
  return { monotonicMs: monotonicMs - byMs, wallMs: wallMs - byMs }
}

/** The longer of what the two say: an age may be taken for more than it is, never for less. */
export function elapsedMs(clock: Clock, since: Moment): number {
  return Math.max(clock.monotonicMs() - since.monotonicMs, clock.wallMs() - since.wallMs)
}
