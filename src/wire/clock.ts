/** Time, for whoever has to wait; tests turn their own. */
export interface Clock {
  /** Milliseconds that never go back. */
  nowMs(): number
  /** Answers how not to. */
  after(delayMs: number, act: () => void): () => void
}

/** A timer can wait no longer than this; who is woken too early looks at the clock. */
const delayMsMax = 0x7fffffff

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, act) {
    const timer = setTimeout(act, Math.min(Math.ceil(delayMs), delayMsMax))
    // What is due on a connection must not keep a process alive that wants to end.
    timer.unref()
    return () => clearTimeout(timer)
  },
}
