import { expect, test } from 'vitest'
import { live } from './support/simulation/life.js'
import * as subject from './support/simulation/subject.js'

const seeds = 5_000
const steps = 150

/** A life that broke a promise is lived again with its seed. */
test(`${seeds} lives of two replicas break no promise`, { timeout: 180_000 }, async () => {
  let answers = 0
  let sharedAnswers = 0
  let refusals = 0
  for (let seed = 1; seed <= seeds; seed++) {
    const life = await live({ seed, steps, subject })
    expect(life.violations, `seed ${seed}`).toEqual([])
    answers += life.answers
    sharedAnswers += life.sharedAnswers
    refusals += life.refusals
  }
  // A simulation in which nothing happens proves nothing.
  expect(answers).toBeGreaterThan(seeds * 5)
  expect(sharedAnswers).toBeGreaterThan(seeds / 10)
  expect(refusals).toBeGreaterThan(seeds / 10)
})
