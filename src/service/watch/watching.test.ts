import { beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../test/support/scripted-store.js'
import type { Decision } from '../../domain/decision.js'
import { DomainError } from '../../domain/errors.js'
import type { ApplicationId, OrganizationId } from '../../domain/ids.js'
import type { ChangeListener } from '../change-source.js'
import type { Revision } from '../revision.js'
import type { WatchEvent } from './watcher.js'
import { createWatching, type Watching } from './watching.js'

const acme = 'acme' as OrganizationId
const other = 'other' as OrganizationId

/** The keys `acme…` and `other…` may watch, until a test says otherwise. */
let refusals: Map<string, Decision | DomainError>
let clock: ManualClock
let revision: Revision
let ageMs: number
let listeners: Set<ChangeListener>
let watching: Watching

beforeEach(() => {
  refusals = new Map()
  clock = new ManualClock()
  revision = { epoch: 'e', number: 1, nonce: 'n' }
  ageMs = 5
  listeners = new Set()
  watching = createWatching({
    authorizer: {
      authorizeNow: ({ apiKey }) => {
        const refusal = refusals.get(apiKey)
        if (refusal instanceof DomainError) throw refusal
        return { decision: refusal ?? allow(apiKey) }
      },
      authorize: () => Promise.reject(new Error('everything is in memory')),
    },
    changes: {
      get applied() {
        return revision
      },
      get ageMs() {
        return ageMs
      },
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    schedule: (delayMs, work) => clock.alarm(delayMs, work),
  })
})

function allow(apiKey: string): Decision {
  const principal = { type: 'application', id: 'a' as ApplicationId } as const
  const organizationId = apiKey.startsWith('acme') ? acme : other
  return { effect: 'allow', reason: 'OWNER', subject: { principal, organizationId } }
}

/** Applies a revision, as a reading of the log does: all of one reading in one turn. */
function change(...organizationIds: OrganizationId[]): void {
  for (const organizationId of organizationIds) {
    revision = { ...revision, number: revision.number + 1 }
    for (const listener of listeners) listener.onChange(organizationId)
  }
}

function reset(): void {
  revision = { ...revision, number: 100 }
  for (const listener of listeners) listener.onReset()
}

/** Past the microtasks that tell and that ask again. */
const told = () => new Promise<void>((resolve) => setImmediate(resolve))

async function watch(apiKey = 'acme') {
  const events: WatchEvent[] = []
  const ends: unknown[] = []
  const room = { has: true }
  const watcher = await watching.open(
    { secret: apiKey, ip: '', userAgent: '' },
    {
      send: (event) => events.push(event) > 0 && room.has,
      end: (error) => ends.push(error),
    },
  )
  const news = () => events.splice(0).map((event) => `${event.news} ${event.revision.number}`)
  return { watcher, news, events, ends, room }
}

describe('a watcher', () => {
  it('begins with forgetting, at the revision of now', async () => {
    const { events } = await watch()
    expect(events).toEqual([{ news: 'forget', organizationId: acme, revision, ageMs: 5 }])
  })

  it('is told at once of a change of its organization, and later that others had any', async () => {
    const mine = await watch()
    const others = await watch('other')
    for (const each of [mine, others]) each.news()
    change(acme)
    await told()
    expect([mine.news(), others.news()]).toEqual([['changed 2'], []])
    clock.pass(100)
    expect([mine.news(), others.news()]).toEqual([['none 2'], ['none 2']])
  })

  it('is told once of all that one reading brought', async () => {
    const { news } = await watch()
    news()
    change(acme, other, acme)
    await told()
    expect(news()).toEqual(['changed 4'])
  })

  it('is told to forget when history is another', async () => {
    const { news } = await watch('other')
    news()
    change(acme)
    reset()
    ageMs = Number.POSITIVE_INFINITY
    await told()
    expect(news()).toEqual(['forget 100'])
  })

  it('hears every second that nothing happened, and how sure that is', async () => {
    const { events } = await watch()
    ageMs = 700
    clock.pass(1_000)
    clock.pass(1_000)
    expect(events.slice(1)).toEqual(
      Array.from({ length: 2 }, () => ({ news: 'none', organizationId: acme, revision, ageMs })),
    )
  })

  it('that does not read gets the worst of what it missed, in one event', async () => {
    const { watcher, news, room } = await watch()
    news()
    room.has = false
    change(acme)
    await told()
    expect(news()).toEqual(['changed 2'])
    change(acme)
    await told()
    clock.pass(1_000)
    reset()
    await told()
    change(acme)
    await told()
    clock.pass(1_000)
    expect(news()).toEqual([])
    room.has = true
    watcher.drain()
    expect(news()).toEqual(['forget 101'])
    watcher.drain()
    expect(news()).toEqual([])
  })

  it('hears nothing any more once it has gone', async () => {
    const { watcher, news, ends } = await watch()
    news()
    watcher.end()
    change(acme)
    await told()
    clock.pass(2_000)
    watcher.drain()
    expect([news(), ends, watching.watchers]).toEqual([[], [], 0])
  })
})

describe('who may watch', () => {
  const gone: Decision = { effect: 'deny', reason: 'KEY_NOT_FOUND' }
  const powerless: Decision = { effect: 'deny', reason: 'NO_MATCHING_RULE' }

  it.each([
    ['without a key', '', undefined, 'CREDENTIAL_MISSING'],
    ['with a key that is none', 'acme', gone, 'CREDENTIAL_INVALID'],
    ['without the permission', 'acme', powerless, 'PERMISSION_DENIED'],
  ])('is nobody %s', async (_, key, refusal, reason) => {
    if (refusal) refusals.set('acme', refusal)
    await expect(watch(key)).rejects.toMatchObject({ reason })
    expect(watching.watchers).toBe(0)
  })

  it('is told of the change that ended its key, and no more', async () => {
    const { news, ends } = await watch()
    news()
    refusals.set('acme', gone)
    change(acme)
    await told()
    expect(news()).toEqual(['changed 2'])
    expect(ends).toEqual([expect.objectContaining({ reason: 'CREDENTIAL_INVALID' })])
    change(acme)
    await told()
    clock.pass(1_000)
    expect(news()).toEqual([])
  })

  it('is looked at again by the second, since time ends keys too', async () => {
    const { ends } = await watch()
    refusals.set('acme', { effect: 'deny', reason: 'KEY_EXPIRED' })
    clock.pass(1_000)
    await told()
    expect(ends).toEqual([expect.objectContaining({ reason: 'CREDENTIAL_EXPIRED' })])
  })

  it('goes on while that is not known', async () => {
    const { ends, news } = await watch()
    news()
    refusals.set('acme', new DomainError('unavailable', { reason: 'X', message: 'x' }))
    clock.pass(1_000)
    await told()
    clock.pass(1_000)
    expect([ends, news()]).toEqual([[], ['none 1', 'none 1']])
  })

  it('is at most 256 of an organization, and others still may', async () => {
    const all = await Promise.all(Array.from({ length: 256 }, () => watch()))
    await expect(watch()).rejects.toMatchObject({ kind: 'exhausted', reason: 'TOO_MANY_WATCHERS' })
    await watch('other')
    all[0]?.watcher.end()
    await watch()
    expect(watching.watchers).toBe(257)
  })

  it('is nobody once the server stops', async () => {
    const { ends, news } = await watch()
    news()
    watching.close()
    expect(ends).toEqual([expect.objectContaining({ reason: 'SERVER_STOPPING' })])
    await expect(watch()).rejects.toMatchObject({ reason: 'SERVER_STOPPING' })
    clock.pass(1_000)
    expect([news(), listeners.size, watching.watchers]).toEqual([[], 0, 0])
  })
})
