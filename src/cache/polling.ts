import type { ChangeFeed } from './change-feed.js'

export interface PollingDeps {
  readonly feed: Pick<ChangeFeed, 'catchUp'>
  readonly intervalMs: number
  /** From 0 to 1. */
  random(): number
  /** Called for the first failure of a row of failures, and with `undefined` when it is over. */
  onTrouble(error: unknown): void
}

/** Replicas must not all ask at once. */
const jitter = 0.1

/** Reads the log again and again; answers how to stop. */
export function startPolling({ feed, intervalMs, random, onTrouble }: PollingDeps): () => void {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  let isFailing = false
  const poll = async () => {
    try {
      await feed.catchUp()
      if (isFailing) onTrouble(undefined)
      isFailing = false
    } catch (error) {
      if (!isFailing && !isStopped) onTrouble(error)
      isFailing = true
    }
    schedule()
  }
  const schedule = () => {
    if (isStopped) return
    const delayMs = intervalMs * (1 - jitter + 2 * jitter * random())
    timer = setTimeout(() => void poll(), delayMs)
  }
  void poll()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
