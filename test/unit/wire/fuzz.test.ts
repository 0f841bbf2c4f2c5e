import { expect, test } from 'vitest'
import { fuzz } from '../../support/wire/fuzz/fuzz.js'

/** Seeds that once found something are kept. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8]

test.each(seeds)('seed %i: the server does what the RFCs say, and nothing leaks', async (seed) => {
  const report = await fuzz(seed, 2_500)
  expect(report.answers).toBeGreaterThan(200)
  expect(Object.keys(report.connectionCodes).length).toBeGreaterThan(3)
  expect(Object.keys(report.streamCodes).length).toBeGreaterThan(3)
})
