import { expect, test } from 'vitest'
import { fuzz } from '../../support/wire/fuzz.js'

/** Seeds that once found something are kept. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8]

test.each(seeds)(
  'seed %i: no mistake of the server, no leak, no code that RFC 9113 does not know',
  async (seed) => {
    const report = await fuzz(seed, 25_000)
    expect(report.answers).toBeGreaterThan(500)
    expect(Object.keys(report.codes).length).toBeGreaterThan(3)
  },
)
