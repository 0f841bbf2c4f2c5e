import { expect, test } from 'vitest'
import { parseInstant } from './instant.js'
import { Validation } from './validation.js'

function read(text: string): number | string {
  const v = new Validation()
  const ms = parseInstant(v, 'at', text)
  return v.violations[0]?.reason ?? ms
}

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1970-01-01T00:00:01.5Z', 1_500],
  ['1970-01-01T01:00:00+01:00', 0],
  ['1969-12-31T19:00:00-05:00', 0],
  ['2028-02-29T12:00:00Z', Date.UTC(2028, 1, 29, 12)],
])('reads `%s`', (text, ms) => {
  expect(read(text)).toBe(ms)
})

test.each([
  '',
  'now',
  '2026-06-15',
  '2026-06-15T10:00:00',
  '2026-06-15 10:00:00Z',
  '2026-6-15T10:00:00Z',
  '2026-02-30T10:00:00Z',
  '2027-02-29T10:00:00Z',
  '2026-13-01T10:00:00Z',
  '2026-06-15T25:00:00Z',
  '2026-06-15T10:60:00Z',
])('refuses `%s`', (text) => {
  expect(read(text)).toBe('FORMAT')
})
