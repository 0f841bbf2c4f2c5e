import { expect, it } from 'vitest'
import { oncePerRound } from './once-per-round.js'

it('reads once, and again in the next round of the event loop', async () => {
  let ms = 0
  const clock = oncePerRound(() => ++ms)
  expect([clock(), clock(), clock()]).toEqual([1, 1, 1])
  await Promise.resolve()
  expect(clock()).toBe(1)
  await new Promise(setImmediate)
  expect([clock(), clock()]).toEqual([2, 2])
  await new Promise(setImmediate)
  expect(clock()).toBe(3)
})
