import { refused, replyWhenHeader } from './write-options.js'

/** When a write that was committed is effective on every server, whatever it can reach. */
export interface Effectiveness {
  /** No server answers from a state that is older than this. */
  readonly stalenessBoundMs: number
  /** Milliseconds since the epoch, as deadlines are told. */
  now(): number
  wait(ms: number): Promise<void>
}

/** Clocks of servers do not run equally fast. */
const allowance = 1.01

/**
 * Answers how to wait, from a commit on, until each server knows of it or refuses to answer at all.
 * Throws `invalid` when the caller would be gone by then.
 */
export function prepareWait(
  { stalenessBoundMs, now, wait }: Effectiveness,
  deadline: Date | number,
): () => Promise<void> {
  const ms = Math.ceil(stalenessBoundMs * allowance)
  if (Number(deadline) - now() < ms) {
    const description = `needs a deadline of more than ${ms} ms`
    throw refused(replyWhenHeader, 'CONSTRAINT', description)
  }
  return () => wait(ms)
}
