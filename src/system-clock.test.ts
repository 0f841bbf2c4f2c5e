import { expect, it } from 'vitest'
import { systemClock } from './system-clock.js'

it('says what time it is, however often it is asked', async () => {
  const first = systemClock.wallMs()
  while (Date.now() === first) await new Promise(setImmediate)
  const before = Date.now()
  expect(systemClock.wallMs()).toBeGreaterThanOrEqual(before)
  expect(systemClock.monotonicMs()).toBeLessThanOrEqual(systemClock.monotonicMs())
})
