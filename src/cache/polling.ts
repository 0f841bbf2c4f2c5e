import type { ChangeFeed } from './change-feed.js'
import type { Clock } from './clock.js'
import type { Trouble } from './trouble.js'

export interface PollingDeps {
  readonly feed: Pick<ChangeFeed, 'catchUp'>
  readonly clock: Clock
  readonly intervalMs: number
  /** From 0 to 1. */
  random(): number
  readonly trouble: Trouble
}

/** Replicas must not all ask at once. */
const jitter = 0.1

/** Reads the log again and again; answers how to stop. */
export function startPolling(deps: PollingDeps): () => void {
  const { feed, clock, intervalMs, random, trouble } = deps
  let callOff = () => {}
  let isStopped = false
  const poll = async () => {
    try {
      await feed.catchUp()
      trouble.over()
    } catch (error) {
      if (!isStopped) trouble.met(error)
    }
    schedule()
  }
  const schedule = () => {
    if (isStopped) return
    callOff = clock.alarm(intervalMs * (1 - jitter + 2 * jitter * random()), () => void poll())
  }
  void poll()
  return () => {
    isStopped = true
    callOff()
  }
}
