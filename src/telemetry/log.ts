import { destination, type Logger, pino } from 'pino'

export type { Logger }

/**
 * One JSON line an event, on standard error unless told otherwise. Written at once: what was logged
 * before a crash is there after it.
 */
export function createLog(level: string, to: LogDestination = standardError()): Logger {
  const timestamp = () => `,"time":"${new Date().toISOString()}"`
  return pino({ level, base: null, timestamp }, to)
}

export interface LogDestination {
  write(line: string): void
}

function standardError(): LogDestination {
  return destination({ fd: 2, sync: true })
}
