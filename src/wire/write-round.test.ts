import { beforeEach, expect, it } from 'vitest'
import { WriteRound } from './write-round.js'

let round: WriteRound
let flushed: string[]
let connections: Record<'a' | 'b' | 'c', { flush(): void }>

beforeEach(() => {
  round = new WriteRound()
  flushed = []
  const named = (name: string) => ({ flush: () => void flushed.push(name) })
  connections = { a: named('a'), b: named('b'), c: named('c') }
})

const roundOver = () => new Promise((resolve) => setImmediate(resolve))

it('writes to all connections after all were read, in their order', async () => {
  round.add(connections.a, 0)
  round.add(connections.b, 0.1)
  expect(flushed).toEqual([])
  await roundOver()
  expect(flushed).toEqual(['a', 'b'])
  await roundOver()
  expect(flushed).toEqual(['a', 'b'])
})

it('writes again in the next round', async () => {
  round.add(connections.a, 0)
  await roundOver()
  round.add(connections.a, 7)
  await roundOver()
  expect(flushed).toEqual(['a', 'a'])
})

it('lets no answer wait long for those of others', async () => {
  round.add(connections.a, 10)
  round.add(connections.b, 10.5)
  expect(flushed).toEqual([])
  round.add(connections.c, 10.6)
  expect(flushed).toEqual(['a', 'b', 'c'])
  round.add(connections.a, 10.7)
  round.add(connections.b, 11.1)
  expect(flushed).toHaveLength(3)
  await roundOver()
  expect(flushed).toEqual(['a', 'b', 'c', 'a', 'b'])
})
