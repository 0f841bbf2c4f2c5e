/**
 * Turns of the event loop, one at a time to each who waits for one: however many do long work, whatever
 * else comes is served between any two of them.
 */
export function createTurns(): () => Promise<void> {
  const waiting: (() => void)[] = []
  const turn = () => {
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(turn)
  }
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      if (waiting.length === 1) setImmediate(turn)
    })
}
