import { expect, test } from 'vitest'
import { buildMutant } from './support/simulation/build-mutant.js'
import { live } from './support/simulation/life.js'
import { mutants } from './support/simulation/mutants.js'

const seeds = 5_000
const steps = 150

test.each(mutants)('without $safeguard, $danger', { timeout: 180_000 }, async (mutant) => {
  const subject = await buildMutant(mutant)
  const stampsLate = mutant.stampsLate ?? false
  for (let seed = 1; seed <= seeds; seed++) {
    const { violations } = await live({ seed, steps, subject, stampsLate })
    if (violations.length > 0) return
  }
  expect.unreachable(`nobody noticed within ${seeds} lives`)
})
