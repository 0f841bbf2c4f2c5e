import { expect, test } from 'vitest'
import { parseDurationMs, parseInstantMs } from './duration.js'

test.each([
  ['0s', 0],
  ['500ms', 500],
  ['10s', 10_000],
  ['15m', 900_000],
  ['24h', 86_400_000],
  ['90d', 7_776_000_000],
])('%s is %i ms', (text, ms) => {
  expect(parseDurationMs('--grace', text)).toBe(ms)
})

test.each([['5'], ['s'], ['-1s'], ['1.5h'], ['1 h'], ['1H'], ['1w'], ['9999999999s'], ['٣s']])(
  '%s is no duration',
  (text) => {
    expect(() => parseDurationMs('--grace', text)).toThrow(/^--grace: must be a duration/)
  },
)

test('an instant is a duration from now, a date, or an instant', () => {
  const nowMs = Date.UTC(2030, 0, 1)
  const read = (text: string) => new Date(parseInstantMs('--expires', text, nowMs)).toISOString()
  expect(read('1d')).toBe('2030-01-02T00:00:00.000Z')
  expect(read('2031-06-15')).toBe('2031-06-15T00:00:00.000Z')
  expect(read('2031-06-15T12:00:00+02:00')).toBe('2031-06-15T10:00:00.000Z')
})

test.each([['2031-13-01'], ['tomorrow'], ['2031'], ['2031-06-15T12:00:00'], ['06/15/2031']])(
  '%s is no instant',
  (text) => {
    expect(() => parseInstantMs('--expires', text, 0)).toThrow(/^--expires: must be/)
  },
)
