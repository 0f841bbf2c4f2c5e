/** Runs `work` once after a delay; answers how to call it off. */
export type Schedule = (delayMs: number, work: () => void) => () => void

export interface Repetition {
  readonly firstMs: number
  readonly everyMs: number
  /** From 0 to 1. */
  random(): number
  readonly schedule: Schedule
  work(): Promise<unknown>
  /** Called for the first failure of a row of failures, and with `undefined` when it is over. */
  onTrouble(error: unknown): void
}

/** Servers must not all do the same thing at the same time. */
const jitter = 0.1

/** Does something again and again, never twice at once; answers how to stop. */
export function startRepeating(repetition: Repetition): () => void {
  const { firstMs, everyMs, random, schedule, work, onTrouble } = repetition
  let callOff = () => {}
  let isStopped = false
  let isFailing = false
  const run = async () => {
    try {
      await work()
      if (isFailing) onTrouble(undefined)
      isFailing = false
    } catch (error) {
      if (!isFailing && !isStopped) onTrouble(error)
      isFailing = true
    }
    wait(everyMs)
  }
  const wait = (delayMs: number) => {
    if (isStopped) return
    callOff = schedule(delayMs * (1 - jitter + 2 * jitter * random()), () => void run())
  }
  wait(firstMs)
  return () => {
    isStopped = true
    callOff()
  }
}
