import { expect, test } from 'vitest'
import { simulate } from './support/simulation.js'

const seeds = 5_000
const steps = 120

/** A life that broke a promise is lived again with `simulate(seed, steps)`. */
test(`${seeds} lives of a replica break no promise`, { timeout: 120_000 }, async () => {
  let answers = 0
  let refusals = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const life = await simulate(seed, steps)
    expect(life.violations, `seed ${seed}`).toEqual([])
    answers += life.answers
    refusals += life.refusals
  }
  // A simulation in which nothing happens proves nothing.
  expect(answers).toBeGreaterThan(seeds * 5)
  expect(refusals).toBeGreaterThan(seeds / 10)
})
