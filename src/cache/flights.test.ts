import { expect, it } from 'vitest'
import { Flights } from './flights.js'

it('that fails is tried once more by those who joined it', async () => {
  let joined = 0
  const flights = new Flights<string>(() => {
    joined += 1
  })
  let starts = 0
  const work = async () => {
    starts += 1
    if (starts === 1) throw new Error('the first fails')
    return 'landed'
  }
  const asked = [flights.join('a', work), flights.join('a', work), flights.join('a', work)]
  await expect(asked[0]).rejects.toThrow('the first fails')
  expect(await Promise.all(asked.slice(1))).toEqual(['landed', 'landed'])
  expect({ starts, joined }).toEqual({ starts: 2, joined: 2 })
})
