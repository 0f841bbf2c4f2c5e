import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock, ScriptedStore } from '../../test/support/scripted-store.js'
import { ChangeFeed } from './change-feed.js'
import { ChangeWindow } from './change-window.js'
import { Tally } from './tally.js'

let clock: ManualClock
let store: ScriptedStore
let applied: number[]
let resets: number
let moves: string[]
let feed: ChangeFeed

beforeEach(() => {
  clock = new ManualClock()
  store = new ScriptedStore()
  applied = []
  resets = 0
  moves = []
  feed = new ChangeFeed({
    window: new ChangeWindow(1_000),
    clock,
    options: { readTimeoutMs: 10_000, preloadRows: 0, pageRowsMax: 1_000 },
    tally: new Tally(),
    readChanges: (request) => store.readChanges(request),
    onApply: ({ number }) => applied.push(number),
    onReset: () => {
      resets += 1
    },
    onMoved: (row) =>
      moves.push(`${row ? `applied ${row.number}` : 'reset'} ${feed.applied.number}`),
  })
})

it('tells of each step once it is made', async () => {
  store.commit('a')
  await feed.catchUp()
  store.commit('b')
  store.commit('c')
  await feed.catchUp()
  expect(moves).toEqual(['reset 1', 'applied 2 2', 'applied 3 3'])
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
    [
      'a failover that lost what came last',
      (s: ScriptedStore) => {
        s.timeline = 2
        s.rows = s.rows.slice(0, 1)
      },
    ],
    [
      'a log whose old rows are gone',
      (s: ScriptedStore) => {
        for (let i = 0; i < 5; i++) s.commit('x')
        s.rows = s.rows.slice(4)
      },
    ],
    [
      'a failover whose history repeats a number',
      (s: ScriptedStore) => {
        s.timeline = 2
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

describe('a store that is not what it was', () => {
  beforeEach(async () => {
    store.commit('a')
    store.commit('b')
    await feed.catchUp()
  })

  it.each([
    ['ends earlier', (s: ScriptedStore) => (s.rows = s.rows.slice(0, 1))],
    [
      'repeats a number',
      (s: ScriptedStore) => {
        s.rows = s.rows.map((row, i) => (i === 1 ? { ...row, nonce: 'another' } : row))
        s.commit('c')
      },
    ],
  ])('because a backup was brought back that %s is refused until it is told', async (_, happen) => {
    happen(store)
    await expect(feed.catchUp()).rejects.toMatchObject({ reason: 'EPOCH_REGRESSION' })
    clock.pass(1_000)
    expect(feed.ageMs).toBe(1_000)
    store.epoch = 'e2'
    await feed.catchUp()
    expect(feed.applied).toEqual(store.head())
  })

  it('because another was promoted is refused, and what it says forgotten', async () => {
    store.timeline = 2
    await feed.catchUp()
    store.timeline = 1
    store.commit('c')
    await expect(feed.catchUp()).rejects.toMatchObject({ reason: 'STORE_FENCED' })
    expect(feed.applied.number).toBe(2)
  })

  it('because it was left for another is refused when it answers again', async () => {
    store.epoch = 'e2'
    await feed.catchUp()
    store.epoch = 'e1'
    await expect(feed.catchUp()).rejects.toMatchObject({ reason: 'STORE_FENCED' })
  })

  it('as it has not proved for a while makes what it says that much older', async () => {
    store.leaseAgeMs = 700
    await feed.catchUp()
    expect(feed.ageMs).toBe(700)
  })

  it('must prove itself to whoever asks for that, on every page', async () => {
    for (let i = 0; i < 1_500; i++) store.commit(`k${i}`)
    await feed.catchUp({ prove: true })
    expect(store.proofs).toBe(2)
  })
})

describe('a beginning that reaches back', () => {
  it('can judge what was read before', async () => {
    for (let i = 1; i <= 10; i++) store.commit(`k${i}`)
    const window = new ChangeWindow(1_000)
    const reaching = new ChangeFeed({
      window,
      clock,
      options: { readTimeoutMs: 10_000, preloadRows: 4, pageRowsMax: 2 },
      tally: new Tally(),
      readChanges: (request) => store.readChanges(request),
      onApply: () => {},
      onReset: () => {},
    })
    await reaching.catchUp()
    expect(window.start).toBe(6)
    expect(window.applied).toEqual(store.head())
    const { nonce } = store.rows[7] ?? { nonce: '' }
    expect(window.isCurrent(['k7'], { epoch: 'e1', number: 8, nonce })).toBe(true)
    expect(window.isCurrent(['k9'], { epoch: 'e1', number: 8, nonce })).toBe(false)
  })
})

describe('a page that does not come', () => {
  it('is not waited for for ever', async () => {
    await feed.catchUp()
    store.onLog = () => new Promise<void>(() => {})
    const reading = feed.catchUp()
    clock.pass(10_000)
    await expect(reading).rejects.toMatchObject({ reason: 'STORE_TIMEOUT' })
    store.onLog = undefined
    await feed.catchUp()
    expect(feed.ageMs).toBe(0)
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
    expect(store.logReads).toBe(4)
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
