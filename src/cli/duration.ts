import { usageError } from './cli-error.js'

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof unitsMs

/** A number with its unit, such as `500ms`, `10s`, `15m`, `24h` or `90d`. */
export function parseDurationMs(option: string, text: string): number {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text)
  if (!match) throw usageError(`${option}: must be a duration with its unit, such as 10s or 24h`)
  return Number(match[1]) * unitsMs[match[2] as Unit]
}

/** A duration from now, or a date or instant as RFC 3339 has it. */
export function parseInstantMs(option: string, text: string, nowMs: number): number {
  if (/^\d+[a-z]+$/.test(text)) return nowMs + parseDurationMs(option, text)
  const isInstant = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
  const ms = isInstant ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms)) return ms
  throw usageError(`${option}: must be a duration such as 90d, or an instant such as 2030-01-31`)
}
