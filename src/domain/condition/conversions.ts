import { type CelFunc, CelScalar, celFunc, celUint, objectType } from '@bufbuild/cel'
import { create, fromJson } from '@bufbuild/protobuf'
import { DurationSchema, TimestampSchema, timestampFromMs } from '@bufbuild/protobuf/wkt'

const { DOUBLE, INT, STRING, UINT } = CelScalar
const TIMESTAMP = objectType(TimestampSchema)
const DURATION = objectType(DurationSchema)

/**
 * Conversions as strict as CEL wants them. The library goes through JavaScript's, where an empty
 * string is zero, `0x10` sixteen and 30 February a day in March; and its timestamps of integers are
 * in milliseconds.
 */
export function conversionFunctions(): CelFunc[] {
  return [
    celFunc('int', [STRING], INT, (text) => integer(text, SIGNED, -(2n ** 63n), 2n ** 63n - 1n)),
    celFunc('uint', [STRING], UINT, (text) => celUint(integer(text, UNSIGNED, 0n, 2n ** 64n - 1n))),
    celFunc('double', [STRING], DOUBLE, (text) => {
      if (!DECIMAL.test(text)) throw new Error('not a number')
      return Number(text)
    }),
    celFunc('timestamp', [STRING], TIMESTAMP, (text) => {
      if (!isRealDate(text)) throw new Error('not an RFC 3339 timestamp')
      return fromJson(TimestampSchema, text)
    }),
    celFunc('timestamp', [INT], TIMESTAMP, (seconds) => {
      if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) throw new Error('timestamp out of range')
      return timestampFromMs(Number(seconds) * 1_000)
    }),
    celFunc('duration', [STRING], DURATION, (text) => {
      const nanos = parseNanoseconds(text)
      return create(DurationSchema, {
        seconds: nanos / 10n ** 9n,
        nanos: Number(nanos % 10n ** 9n),
      })
    }),
  ]
}

const DIGITS_MAX = 40
const SIGNED = /^-?\d+$/
const UNSIGNED = /^\d+$/
const DECIMAL = /^[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:e[+-]?\d{1,4})?$/i
const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

const DURATION_TEXT = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:h|ms?|s|us|µs|ns))+)$/
const DURATION_PART = /(\d*)\.?(\d*)(h|ms|m|s|us|µs|ns)/g
const NANOSECONDS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
])

// 0001-01-01 to 9999-12-31, the range of a protobuf timestamp.
const SECONDS_MIN = -62_135_596_800n
const SECONDS_MAX = 253_402_300_799n

function integer(text: string, pattern: RegExp, min: bigint, max: bigint): bigint {
  if (text.length > DIGITS_MAX || !pattern.test(text)) throw new Error('not an integer')
  const value = BigInt(text)
  if (value < min || value > max) throw new Error('integer out of range')
  return value
}

/** Such as `1h30m`, `-1.5s` or `0`, within 64 bits of nanoseconds. */
function parseNanoseconds(text: string): bigint {
  if (text.length > DIGITS_MAX || !DURATION_TEXT.test(text)) throw new Error('not a duration')
  let sum = 0n
  for (const [, whole = '', fraction = '', unit = ''] of text.matchAll(DURATION_PART)) {
    const scale = 10n ** BigInt(fraction.length)
    sum += (BigInt(`${whole}${fraction}`) * (NANOSECONDS.get(unit) ?? 0n)) / scale
  }
  const nanos = text.startsWith('-') ? -sum : sum
  if (BigInt.asIntN(64, nanos) !== nanos) throw new Error('duration out of range')
  return nanos
}

function isRealDate(text: string): boolean {
  const [, year, month, day, hour] = DATE_TIME.exec(text) ?? []
  if (year === undefined || Number(hour) > 23) return false
  // Day 0 of the next month; the calendar repeats every 400 years, and Date bends years below 100.
  const lastDay = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate()
  return Number(month) <= 12 && Number(day) >= 1 && Number(day) <= lastDay
}
