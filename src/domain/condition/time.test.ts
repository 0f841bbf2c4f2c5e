import { afterEach, describe, expect, it } from 'vitest'
import { outcomeOf } from '../../../test/support/condition.js'

const at = (iso: string) => ({ request: { timeMs: Date.parse(iso) } })
const hostZone = process.env.TZ

afterEach(() => {
  if (hostZone === undefined) delete process.env.TZ
  else process.env.TZ = hostZone
})

const OFFICE_HOURS =
  'request.time.getHours("Europe/Paris") >= 9 && request.time.getHours("Europe/Paris") < 18' +
  ' && request.time.getDayOfWeek("Europe/Paris") in [1, 2, 3, 4, 5]'

describe('business hours in Paris', () => {
  it.each([
    ['Monday 08:59:59.999 in winter', '2025-03-03T07:59:59.999Z', 'false'],
    ['Monday 09:00 in winter', '2025-03-03T08:00:00Z', 'true'],
    ['Monday 17:59:59.999 in winter', '2025-03-03T16:59:59.999Z', 'true'],
    ['Monday 18:00 in winter', '2025-03-03T17:00:00Z', 'false'],
    ['Friday 09:00, last of winter', '2025-03-28T08:00:00Z', 'true'],
    ['Monday 08:59 in summer', '2025-03-31T06:59:00Z', 'false'],
    ['Monday 09:00, first of summer', '2025-03-31T07:00:00Z', 'true'],
    ['Monday 18:00 in summer', '2025-03-31T16:00:00Z', 'false'],
    ['Friday 17:59 in summer', '2025-10-24T15:59:00Z', 'true'],
    ['Monday 09:00, back in winter', '2025-10-27T08:00:00Z', 'true'],
    ['Saturday noon', '2025-03-08T11:00:00Z', 'false'],
  ])('on %s', (_, iso, expected) => {
    expect(outcomeOf(OFFICE_HOURS, at(iso))).toBe(expected)
  })
})

describe('the weekend', () => {
  it.each([
    ['2025-03-07T23:59:59Z', 'UTC', 'false'],
    ['2025-03-08T00:00:00Z', 'UTC', 'true'],
    ['2025-03-09T23:59:59Z', 'UTC', 'true'],
    ['2025-03-10T00:00:00Z', 'UTC', 'false'],
    ['2025-03-07T22:59:59Z', 'Europe/Paris', 'false'],
    ['2025-03-07T23:00:00Z', 'Europe/Paris', 'true'],
    ['2025-03-09T22:59:59Z', 'Europe/Paris', 'true'],
    ['2025-03-09T23:00:00Z', 'Europe/Paris', 'false'],
    // Summer time began that Sunday: the Monday begins an hour earlier in UTC.
    ['2025-03-30T21:59:59Z', 'Europe/Paris', 'true'],
    ['2025-03-30T22:00:00Z', 'Europe/Paris', 'false'],
  ])('at %s in %s', (iso, zone, expected) => {
    const day =
      zone === 'UTC' ? 'request.time.getDayOfWeek()' : `request.time.getDayOfWeek("${zone}")`
    expect(outcomeOf(`${day} == 0 || ${day} == 6`, at(iso))).toBe(expected)
  })
})

describe('the wall clock', () => {
  it.each([
    ['2025-03-30T00:59:59Z', 'Europe/Paris', 1],
    ['2025-03-30T01:00:00Z', 'Europe/Paris', 3],
    ['2025-10-26T00:30:00Z', 'Europe/Paris', 2],
    ['2025-10-26T01:30:00Z', 'Europe/Paris', 2],
    ['2025-10-26T02:30:00Z', 'Europe/Paris', 3],
    ['2025-03-09T06:59:59Z', 'America/New_York', 1],
    ['2025-03-09T07:00:00Z', 'America/New_York', 3],
    ['2025-01-01T00:00:00Z', 'Asia/Kolkata', 5],
    ['2025-01-01T00:00:00Z', 'Pacific/Kiritimati', 14],
    ['2025-01-01T00:00:00Z', 'UTC', 0],
    ['2025-01-01T00:00:00Z', '+01:30', 1],
    ['2025-01-01T00:00:00Z', '-00:30', 23],
    ['2025-01-01T00:00:00Z', '02:00', 2],
  ])('at %s in %s shows hour %i, whatever the zone of the host', (iso, zone, hour) => {
    for (const host of ['UTC', 'Europe/Paris', 'America/New_York', 'Australia/Lord_Howe']) {
      process.env.TZ = host
      expect(outcomeOf(`request.time.getHours("${zone}") == ${hour}`, at(iso))).toBe('true')
    }
  })

  it.each([
    ['getFullYear', 2024],
    ['getMonth', 11],
    ['getDate', 31],
    ['getDayOfMonth', 30],
    ['getDayOfWeek', 2],
    ['getDayOfYear', 365],
    ['getHours', 23],
    ['getMinutes', 58],
    ['getSeconds', 57],
    ['getMilliseconds', 123],
  ])('reads %s', (method, value) => {
    expect(outcomeOf(`request.time.${method}() == ${value}`, at('2024-12-31T23:58:57.123Z'))).toBe(
      'true',
    )
    const paris = at('2024-12-31T22:58:57.123Z')
    expect(outcomeOf(`request.time.${method}("Europe/Paris") == ${value}`, paris)).toBe('true')
  })

  it('counts in hours of a UTC day even where the host skips one', () => {
    process.env.TZ = 'Europe/Paris'
    expect(outcomeOf('request.time.getHours() == 2', at('2025-03-30T02:30:00Z'))).toBe('true')
    expect(outcomeOf('request.time.getDayOfYear() == 88', at('2025-03-30T02:30:00Z'))).toBe('true')
  })

  it('reads the first and the last year there are', () => {
    expect(
      outcomeOf('timestamp("0001-01-01T00:00:00Z").getFullYear("America/New_York") == 0'),
    ).toBe('true')
    expect(outcomeOf('timestamp("9999-12-31T23:59:59Z").getFullYear("Asia/Tokyo") == 10000')).toBe(
      'true',
    )
  })

  it.each(['Mars/Olympus', '', 'Local', '+25:00', '+1:00', '\u0000', 'a'.repeat(10_000)])(
    'is an error for the unknown zone %j, negated or not',
    (zone) => {
      expect(outcomeOf('request.time.getHours(context.zone) >= 0', { context: { zone } })).toBe(
        'error',
      )
      expect(outcomeOf('request.time.getHours(context.zone) != 99', { context: { zone } })).toBe(
        'error',
      )
    },
  )
})
