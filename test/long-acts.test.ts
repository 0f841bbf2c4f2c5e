import { afterAll, beforeAll, expect, test } from 'vitest'
import { actsForNames } from '../src/service/ask-subjects.js'
import { limitLongActs } from '../src/service/long-acts.js'
import { StoredWorlds, testTools } from './support/stored-world.js'

let worlds: StoredWorlds
beforeAll(async () => {
  worlds = await StoredWorlds.open()
})
afterAll(() => worlds.close())

test('two long acts run and fifty wait, in the order of asking; others are turned away', async () => {
  const document = { projects: [], permissionSets: [], users: [], applications: [] }
  const { session } = await worlds.found({
    ...{ name: 'acme', pending: [], keys: [] },
    document: { ...document, groups: [], policies: [] },
  })
  const administration = limitLongActs(worlds.administration)
  const begun: number[] = []
  const end: (() => void)[] = []
  const ask = (index: number) =>
    administration.read(session, async () => {
      begun.push(index)
      await new Promise<void>((resolve) => end.push(resolve))
    })
  const reads = Array.from({ length: 52 }, (_, index) => ask(index))
  await expect(ask(52)).rejects.toMatchObject({ kind: 'unavailable', reason: 'OVERLOADED' })
  for (const [index, read] of reads.entries()) {
    while (begun.length <= index) await testTools.nextTurn()
    expect(begun.length).toBeLessThanOrEqual(index + 2)
    end[index]?.()
    await read
  }
  expect(begun).toEqual(reads.map((_, index) => index))
})

test('a batch that asks about more than twenty names is a long act, however often it repeats one', () => {
  const { administration } = worlds
  const acts = { administration, longActs: limitLongActs(administration) }
  const about = (names: number, times: number) =>
    Array.from({ length: names * times }, (_, at) => ({
      subject: { type: 'user', id: `${at % names}@x.example` },
    }))
  expect(actsForNames(acts, about(20, 50))).toBe(administration)
  expect(actsForNames(acts, about(21, 1))).toBe(acts.longActs)
})
