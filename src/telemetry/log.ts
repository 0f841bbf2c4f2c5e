import { destination, type Logger, pino } from 'pino'

export type { Logger }

/**
 * One JSON line an event, on standard error. Written at once: what was logged before a crash is
 * there after it.
 */
export function createLog(level: string): Logger {
  return pino(
    { level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` },
    destination({ fd: 2, sync: true }),
  )
}
