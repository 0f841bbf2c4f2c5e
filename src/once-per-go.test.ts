import { expect, it } from 'vitest'
import { oncePerGo } from './once-per-go.js'

it('reads once, and again when the event loop has gone on', async () => {
  let ms = 0
  const clock = oncePerGo(() => ++ms)
  expect([clock(), clock(), clock()]).toEqual([1, 1, 1])
  await Promise.resolve()
  expect([clock(), clock()]).toEqual([2, 2])
  await new Promise(setImmediate)
  expect(clock()).toBe(3)
})
