import { type CelFunc, CelScalar, celMethod, objectType } from '@bufbuild/cel'
import { type Timestamp, TimestampSchema } from '@bufbuild/protobuf/wkt'
import type { Meter } from './meter.js'
import { findWallClock, type WallClock } from './time-zone.js'
import { TIME_METHODS } from './vocabulary.js'

const { INT, STRING } = CelScalar
const TIMESTAMP = objectType(TimestampSchema)

type TimeMethod = (typeof TIME_METHODS)[number]

/** What CEL reads off a clock: months and days of month and year from 0, Sunday is 0. */
const FIELDS: Readonly<Record<TimeMethod, (wall: Date) => number>> = {
  getFullYear: (wall) => wall.getUTCFullYear(),
  getMonth: (wall) => wall.getUTCMonth(),
  getDate: (wall) => wall.getUTCDate(),
  getDayOfMonth: (wall) => wall.getUTCDate() - 1,
  getDayOfWeek: (wall) => wall.getUTCDay(),
  getDayOfYear: dayOfYear,
  getHours: (wall) => wall.getUTCHours(),
  getMinutes: (wall) => wall.getUTCMinutes(),
  getSeconds: (wall) => wall.getUTCSeconds(),
  getMilliseconds: (wall) => wall.getUTCMilliseconds(),
}

export function timeFunctions(meter: Meter): CelFunc[] {
  const wallClockOf = createWallClocks(meter)
  return TIME_METHODS.flatMap((name) => [
    celMethod(name, TIMESTAMP, [], INT, function () {
      return BigInt(FIELDS[name](new Date(epochMsOf(this.message))))
    }),
    celMethod(name, TIMESTAMP, [STRING], INT, function (zone) {
      return BigInt(FIELDS[name](wallClockOf(zone)(epochMsOf(this.message))))
    }),
  ])
}

const READ_UNITS = 100
const CREATE_UNITS = 1_000
const CLOCKS_MAX = 64

/** A formatter costs a thousand times its use to make; a caller may send any number of zones. */
function createWallClocks(meter: Meter): (zone: string) => WallClock {
  const clocks = new Map<string, WallClock>()
  return (zone) => {
    meter.spend(READ_UNITS)
    const known = clocks.get(zone)
    if (known) return known
    meter.spend(CREATE_UNITS)
    const clock = findWallClock(zone)
    if (!clock) throw new Error('unknown time zone')
    if (clocks.size >= CLOCKS_MAX) clocks.clear()
    clocks.set(zone, clock)
    return clock
  }
}

function epochMsOf({ seconds, nanos }: Timestamp): number {
  return Number(seconds) * 1_000 + Math.floor(nanos / 1_000_000)
}

function dayOfYear(wall: Date): number {
  const firstDay = new Date(wall)
  firstDay.setUTCMonth(0, 1)
  return Math.round((wall.getTime() - firstDay.getTime()) / 86_400_000)
}
