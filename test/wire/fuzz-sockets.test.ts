import { expect, test } from 'vitest'
import { fuzzSockets } from '../support/wire/fuzz/fuzz-sockets.js'

/** Seeds that once found something are kept. */
const seeds = [1, 3, 5]

test.each(seeds)('seed %i: over sockets and a bridge the server does the same', async (seed) => {
  const report = await fuzzSockets(seed, 600)
  expect(report.answers).toBeGreaterThan(30)
})
