import { expect, it } from 'vitest'
import { createTurns } from './turns.js'

it('gives each round of the event loop to one, in the order in which they asked', async () => {
  const nextTurn = createTurns()
  let round = 0
  let isOver = false
  const count = () => {
    round += 1
    if (!isOver) setImmediate(count)
  }
  count()
  const seen: string[] = []
  const rounds: number[] = []
  const work = async (name: string) => {
    for (let step = 1; step <= 3; step++) {
      await nextTurn()
      seen.push(`${name}${step}`)
      rounds.push(round)
    }
  }
  await Promise.all([work('a'), work('b')])
  isOver = true
  expect(seen).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
  expect(new Set(rounds).size).toBe(6)
})
