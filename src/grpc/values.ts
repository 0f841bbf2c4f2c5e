import { parsed } from '../domain/validation.js'
import type { Duration } from './gen/google/protobuf/duration.js'

/** Wire values that several nouns share. */

export function toTime(ms: number): Date {
  return new Date(ms)
}

export function toOptionalTime(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms)
}

export function fromOptionalTime(date: Date | undefined): number | undefined {
  return date?.getTime()
}

export function toDuration(ms: number | undefined): Duration | undefined {
  if (ms === undefined) return undefined
  return { seconds: BigInt(Math.floor(ms / 1_000)), nanos: Math.floor((ms % 1_000) * 1_000_000) }
}

export function fromDuration(duration: Duration | undefined): number | undefined {
  if (!duration) return undefined
  return Number(duration.seconds) * 1_000 + Math.round(duration.nanos / 1_000_000)
}

/** The text under one name of a oneof; empty when another or none is set. */
export function oneofText(
  oneof: { readonly $case: string; readonly value: string } | undefined,
  name: string,
): string {
  return oneof?.$case === name ? oneof.value : ''
}

export function bearerIds(
  oneof: { readonly $case: 'userId' | 'applicationId'; readonly value: string } | undefined,
): { userId: string; applicationId: string } {
  return { userId: oneofText(oneof, 'userId'), applicationId: oneofText(oneof, 'applicationId') }
}

/** Reads an enum by its table; throws `invalid` for a number that the table lacks. */
export function fromEnum<T>(
  field: string,
  value: number,
  table: Readonly<Record<number, T>>,
): T | undefined {
  if (value === 0) return undefined
  const known = table[value]
  if (known === undefined) {
    parsed((v) => v.fail(field, 'UNKNOWN_ENUM', 'must be one of the declared values'))
  }
  return known
}
