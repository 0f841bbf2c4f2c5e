import { beforeEach, expect, it } from 'vitest'
import { startRepeating } from './schedule.js'

/** What is scheduled and not called off, by its delay. */
let waiting: { delayMs: number; work: () => void }[]
let troubles: unknown[]
let outcome: () => Promise<void>
let runs: number
beforeEach(() => {
  waiting = []
  troubles = []
  runs = 0
  outcome = async () => undefined
})

function start(random: number): () => void {
  return startRepeating({
    firstMs: 100,
    everyMs: 1_000,
    random: () => random,
    schedule: (delayMs, work) => {
      const entry = { delayMs, work }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((other) => other !== entry)
      }
    },
    work: () => {
      runs += 1
      return outcome()
    },
    onTrouble: (error) => troubles.push(error),
  })
}

async function turn(): Promise<void> {
  const [next] = waiting.splice(0, 1)
  next?.work()
  await new Promise(setImmediate)
}

it.each([
  [0, 90, 900],
  [0.5, 100, 1_000],
  [1, 110, 1_100],
])('waits a little more or less than it was told (%s)', async (random, first, every) => {
  start(random)
  expect(waiting.map(({ delayMs }) => delayMs)).toEqual([expect.closeTo(first)])
  await turn()
  expect(waiting.map(({ delayMs }) => delayMs)).toEqual([expect.closeTo(every)])
  expect(runs).toBe(1)
})

it('tells of the first of a row of failures, and of their end', async () => {
  start(0.5)
  const broken = new Error('broken')
  outcome = () => Promise.reject(broken)
  await turn()
  await turn()
  expect(troubles).toEqual([broken])
  outcome = async () => undefined
  await turn()
  await turn()
  expect(troubles).toEqual([broken, undefined])
  expect(runs).toBe(4)
})

it('waits for work that takes long', async () => {
  start(0.5)
  let finish = () => {}
  outcome = () =>
    new Promise((resolve) => {
      finish = resolve
    })
  await turn()
  expect(waiting).toEqual([])
  finish()
  await turn()
  expect(waiting).toHaveLength(1)
})

it('stops, also in the middle of its work', async () => {
  start(0.5)()
  expect(waiting).toEqual([])
  let finish = () => {}
  outcome = () =>
    new Promise((_, reject) => {
      finish = () => reject(new Error('too late to matter'))
    })
  const stop = start(0.5)
  await turn()
  stop()
  finish()
  await turn()
  expect([waiting, troubles]).toEqual([[], []])
})
