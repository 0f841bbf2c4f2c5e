/** Reads the wall clock of one time zone. */
export type WallClock = (epochMs: number) => Date

/**
 * The wall clock of a zone, in the UTC fields of a `Date`; `undefined` for an unknown zone. A `Date`
 * in local time, the shortcut both CEL libraries take, skips an hour on the days the host's own
 * clock does.
 */
export function findWallClock(zone: string): WallClock | undefined {
  const fixed = FIXED_OFFSET.exec(zone)
  if (!fixed) return namedWallClock(zone)
  const minutes = Number(fixed[2]) * 60 + Number(fixed[3])
  const offsetMs = (fixed[1] === '-' ? -minutes : minutes) * 60_000
  return (epochMs) => new Date(epochMs + offsetMs)
}

const FIXED_OFFSET = /^([+-]?)([01]\d|2[0-3]):([0-5]\d)$/
const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/

function namedWallClock(zone: string): WallClock | undefined {
  if (!ZONE_NAME.test(zone)) return undefined
  const format = findFormat(zone)
  if (!format) return undefined
  // One decision asks for one instant many times, and formatting is what costs.
  let known = { epochSecond: Number.NaN, offsetMs: 0 }
  return (epochMs) => {
    const epochSecond = Math.floor(epochMs / 1_000)
    if (known.epochSecond !== epochSecond) {
      known = { epochSecond, offsetMs: offsetMsAt(format, epochSecond * 1_000) }
    }
    return new Date(epochMs + known.offsetMs)
  }
}

function findFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    // The one way Intl has to say that it does not know the zone.
    return undefined
  }
}

function offsetMsAt(format: Intl.DateTimeFormat, epochMs: number): number {
  const parts = new Map(format.formatToParts(epochMs).map(({ type, value }) => [type, value]))
  const numberOf = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type))
  const year = parts.get('era') === 'AD' ? numberOf('year') : 1 - numberOf('year')
  const wall = new Date(0)
  wall.setUTCFullYear(year, numberOf('month') - 1, numberOf('day'))
  wall.setUTCHours(numberOf('hour'), numberOf('minute'), numberOf('second'))
  return wall.getTime() - epochMs
}
