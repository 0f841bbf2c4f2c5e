import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock, ScriptedStore } from '../../test/support/scripted-store.js'
import { ChangeFeed } from './change-feed.js'
import { ChangeWindow } from './change-window.js'

let clock: ManualClock
let store: ScriptedStore
let applied: number[]
let resets: number
let feed: ChangeFeed

beforeEach(() => {
  clock = new ManualClock()
  store = new ScriptedStore()
  applied = []
  resets = 0
  feed = new ChangeFeed({
    window: new ChangeWindow(1_000),
    clock,
    readChanges: (request) => store.readChanges(request),
    onApply: ({ number }) => applied.push(number),
    onReset: () => {
      resets += 1
    },
  })
})

describe('the age of what is known', () => {
  it('is infinite before anything was heard', () => {
    expect(feed.ageMs).toBe(Number.POSITIVE_INFINITY)
  })

  it.each([
    ['the first reading', async () => undefined],
    ['a later one', () => feed.catchUp()],
  ])('counts from when %s was sent, however late the answer', async (_, before) => {
    await before()
    store.onLog = () => clock.pass(300)
    await feed.catchUp()
    expect(feed.ageMs).toBe(300)
  })

  it('goes on growing while readings fail', async () => {
    await feed.catchUp()
    store.onLog = () => {
      throw new Error('lost')
    }
    clock.pass(1_000)
    await expect(feed.catchUp()).rejects.toThrow('lost')
    expect(feed.ageMs).toBe(1_000)
  })

  it('counts only once the last page was read', async () => {
    await feed.catchUp()
    for (let i = 0; i < 1_500; i++) store.commit(`k${i}`)
    let pages = 0
    store.onLog = () => {
      pages += 1
      clock.pass(100)
      if (pages === 2) throw new Error('lost')
    }
    await expect(feed.catchUp()).rejects.toThrow('lost')
    expect(feed.applied.number).toBeGreaterThan(0)
    expect(feed.ageMs).toBe(200)
  })

  it('is that of the clock that went further', async () => {
    await feed.catchUp()
    clock.wall += 60_000
    expect(feed.ageMs).toBe(60_000)
    clock.wall -= 120_000
    clock.monotonic += 10
    expect(feed.ageMs).toBe(10)
  })
})

describe('following the log', () => {
  it('applies each revision once, in order', async () => {
    await feed.catchUp()
    store.commit('a')
    store.commit('b')
    await feed.catchUp()
    store.commit('c')
    await feed.catchUp()
    expect(applied).toEqual([1, 2, 3])
    expect(resets).toBe(1)
  })

  it('begins at the head, without what came before', async () => {
    store.commit('a')
    await feed.catchUp()
    expect(applied).toEqual([])
    expect(feed.applied).toEqual(store.head())
  })

  it.each([
    ['a store of another epoch', (s: ScriptedStore) => (s.epoch = 'e2')],
    ['a store that went back', (s: ScriptedStore) => (s.rows = s.rows.slice(0, 1))],
    [
      'a log whose old rows are gone',
      (s: ScriptedStore) => {
        for (let i = 0; i < 5; i++) s.commit('x')
        s.rows = s.rows.slice(4)
      },
    ],
    [
      'a history that repeats a number',
      (s: ScriptedStore) => {
        s.rows = s.rows.slice(0, 1)
        s.commit('x')
        s.rows = s.rows.map((row, i) => (i === 1 ? { ...row, nonce: 'another' } : row))
      },
    ],
    [
      'a row missing in the middle',
      (s: ScriptedStore) => {
        for (let i = 0; i < 3; i++) s.commit('x')
        s.rows = s.rows.filter((row) => row.number !== 4)
      },
    ],
  ])('forgets everything on %s', async (_, happen) => {
    store.commit('a')
    store.commit('b')
    await feed.catchUp()
    const { generation } = feed
    happen(store)
    await feed.catchUp()
    expect(resets).toBe(2)
    expect(feed.generation).toBe(generation + 1)
    expect(feed.applied).toEqual(store.head())
  })
})

describe('catching up', () => {
  it('never joins a reading that was sent before', async () => {
    await feed.catchUp()
    let release = () => {}
    store.onLog = () =>
      new Promise<void>((resolve) => {
        release = resolve
        store.onLog = undefined
      })
    const early = feed.catchUp()
    store.commit('a')
    const late = feed.catchUp()
    const later = feed.catchUp()
    release()
    await early
    expect(feed.applied.number).toBe(0)
    await Promise.all([late, later])
    expect(feed.applied.number).toBe(1)
    expect(store.logReads).toBe(3)
  })

  it('goes on after a reading that failed', async () => {
    store.onLog = () => {
      store.onLog = undefined
      throw new Error('lost')
    }
    const first = feed.catchUp()
    const second = feed.catchUp()
    await expect(first).rejects.toThrow('lost')
    await second
    expect(feed.ageMs).toBe(0)
  })
})
