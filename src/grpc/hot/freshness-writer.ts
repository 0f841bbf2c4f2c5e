import type { Freshness } from '../../service/entities.js'
import { tiers } from '../consistency.js'
import { writeVarint } from './fields.js'

/** The most that a freshness field takes: a tier, and two durations of the longest numbers. */
export const freshnessBytesMax = 48

/** Writes the whole field, of less than 128 bytes; answers where it ends. */
export function writeFreshness(
  to: Uint8Array,
  start: number,
  { tag, freshness }: { readonly tag: number; readonly freshness: Freshness },
): number {
  to[start] = tag
  // Its length is known once it is written.
  let at = start + 2
  to[at++] = 0x08
  to[at++] = tiers[freshness.tier]
  at = writeDuration(to, at, { tag: 0x12, ms: freshness.ageMs })
  at = writeDuration(to, at, { tag: 0x1a, ms: freshness.validForMs })
  to[start + 1] = at - start - 2
  return at
}

function writeDuration(
  to: Uint8Array,
  start: number,
  { tag, ms }: { readonly tag: number; readonly ms: number },
): number {
  const seconds = Math.floor(ms / 1_000)
  // Not `%`, which for fractions is a call into C.
  const nanos = Math.floor((ms - seconds * 1_000) * 1_000_000)
  to[start] = tag
  let at = start + 2
  if (seconds > 0) {
    to[at++] = 0x08
    at = writeVarint(to, at, seconds)
  }
  if (nanos > 0) {
    to[at++] = 0x10
    at = writeVarint(to, at, nanos)
  }
  to[start + 1] = at - start - 2
  return at
}
