import type { Schedule } from './service/schedule.js'

/** On the platform's timers, which keep no process alive. */
export const schedule: Schedule = (delayMs, work) => {
  const timer = setTimeout(work, delayMs)
  timer.unref()
  return () => clearTimeout(timer)
}
