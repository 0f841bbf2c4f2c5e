import type { Validation } from '../../domain/validation.js'

/** `2026-06-15T10:00:00Z`, with a fraction where there is one. */
export function toInstant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

export function toOptionalInstant(ms: number | undefined): string | null {
  return ms === undefined ? null : toInstant(ms)
}

/** `259200s`. */
export function toDuration(ms: number): string {
  return `${ms / 1_000}s`
}

const durationPattern = /^(\d{1,12})(\.\d{1,9})?s?$/

export function parseDuration(v: Validation, field: string, text: string): number {
  if (durationPattern.test(text)) return Math.round(Number.parseFloat(text) * 1_000)
  v.fail(field, 'FORMAT', 'must be seconds, such as 259200s')
  return 0
}
