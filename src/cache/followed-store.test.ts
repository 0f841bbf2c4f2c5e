import { expect, it } from 'vitest'
import type { Stamped, Store } from '../service/ports/store.js'
import type { Revision } from '../service/revision.js'
import { FollowedStore } from './followed-store.js'

const boundMs = 2_000
const revision: Revision = { epoch: '00000000000000aa', number: 7, nonce: '00000000000000bb' }

/** A store that has just committed revision 7, and a log that is read as `readings` say. */
function afterCommit(readings: readonly ('read' | 'lost' | 'elsewhere')[]) {
  const seen = { readings: 0, pauses: 0 }
  const feed = {
    applied: { ...revision, number: 6 },
    ageMs: 0,
    covers: ({ epoch, number, nonce }: Revision) =>
      feed.applied.epoch === epoch &&
      feed.applied.number === number &&
      feed.applied.nonce === nonce,
    async catchUp() {
      const reading = readings[seen.readings++]
      if (reading === 'lost' || reading === undefined) throw new Error('the log cannot be read')
      if (reading === 'read') feed.applied = revision
    },
  }
  const clock = {
    monotonicMs: () => 0,
    wallMs: () => 0,
    alarm(afterMs: number, ring: () => void) {
      seen.pauses += 1
      feed.ageMs += Math.max(afterMs, 500)
      queueMicrotask(ring)
      return () => undefined
    },
  }
  const committed: Pick<Store, 'write'> = {
    write: async <T>() => ({ value: undefined, revision }) as Stamped<T>,
  }
  const store = new FollowedStore({ store: committed as Store, feed, clock, boundMs })
  return { write: () => store.write(async () => undefined), feed, seen }
}

it('acknowledges a write when the log was read after it', async () => {
  const { write, seen } = afterCommit(['read'])
  await write()
  expect(seen).toEqual({ readings: 1, pauses: 0 })
})

it('reads again, as long as an answer from before the write could still be given here', async () => {
  const { write, seen } = afterCommit(['lost', 'lost', 'read'])
  await write()
  expect(seen).toEqual({ readings: 3, pauses: 2 })
})

it('acknowledges a write without the log once nothing older is answered', async () => {
  const { write, feed, seen } = afterCommit([])
  await write()
  expect(feed.ageMs).toBeGreaterThan(boundMs)
  expect(seen.readings).toBeGreaterThan(boundMs / 500)
})

it('reads again when a reading did not reach the write', async () => {
  const { write, seen } = afterCommit(['elsewhere', 'read'])
  await write()
  expect(seen.readings).toBe(2)
})

it.each([
  ['a higher number of another epoch', { epoch: '00000000000000cc', number: 100 }],
  ['the same number of another history', { nonce: '00000000000000dd' }],
])('reads the log where what it knows is %s', async (_, applied) => {
  const { write, feed, seen } = afterCommit(['read'])
  feed.applied = { ...revision, ...applied }
  await write()
  expect(seen.readings).toBe(1)
})

it('does not read what it knows already', async () => {
  const { write, feed, seen } = afterCommit([])
  feed.applied = revision
  await write()
  expect(seen.readings).toBe(0)
})
