import { beforeEach, expect, it } from 'vitest'
import { ManualClock } from '../../test/support/scripted-store.js'
import { HintedReading } from './hints.js'

let clock: ManualClock
let readings: number
let reading: HintedReading

beforeEach(() => {
  clock = new ManualClock()
  readings = 0
  const feed = {
    applied: { epoch: 'e', number: 5, nonce: 'n' },
    catchUp: async () => {
      readings += 1
    },
  }
  reading = new HintedReading({ feed, clock })
})

it('reads at once when there may be something new', () => {
  reading.heard({ epoch: 'e', number: 6 })
  expect(readings).toBe(1)
})

it('reads once for a flood of hints, and once more after it', () => {
  for (let i = 0; i < 1_000; i++) reading.heard({ epoch: 'e', number: 6 + i })
  expect(readings).toBe(1)
  clock.pass(5)
  expect(readings).toBe(2)
  clock.pass(1_000)
  expect(readings).toBe(2)
})

it('does not read for what is known, or of another store', () => {
  reading.heard({ epoch: 'e', number: 5 })
  reading.heard({ epoch: 'other', number: 9 })
  expect(readings).toBe(0)
})
