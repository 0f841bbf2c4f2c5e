import { expect, it } from 'vitest'
import { createPace } from './pacer.js'

function open() {
  const clock = { nowMs: 0 }
  const pace = createPace({ monotonicMs: () => clock.nowMs, nextTurn: () => Promise.resolve() })
  return { clock, pace }
}

it('counts what is done in one go from its beginning', async () => {
  const { clock, pace } = open()
  const first = pace()
  clock.nowMs += 0.4
  const second = pace()
  expect([first.isDue, second.isDue]).toEqual([false, false])
  clock.nowMs += 0.2
  expect([first.isDue, second.isDue, pace().isDue]).toEqual([true, true, true])
})

it('begins anew once the thread was given up', async () => {
  const { clock, pace } = open()
  const before = pace()
  clock.nowMs += 1
  await Promise.resolve()
  expect([before.isDue, pace().isDue]).toEqual([true, false])
  await before.rest()
  expect(before.isDue).toBe(false)
})
