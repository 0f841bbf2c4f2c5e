import type { Validation } from './validation.js'

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/

/**
 * Reads an instant as RFC 3339 writes it, `2026-06-15T10:00:00Z`, into milliseconds since the
 * epoch. Reports FORMAT for anything else, a day that is in no calendar included.
 */
export function parseInstant(v: Validation, field: string, text: string): number {
  const ms = instantPattern.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(ms) && isCalendarDay(text.slice(0, 10))) return ms
  v.fail(field, 'FORMAT', 'must be an instant such as 2026-06-15T10:00:00Z')
  return 0
}

/** The engine's parser takes 30 February for 2 March. */
function isCalendarDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
}
