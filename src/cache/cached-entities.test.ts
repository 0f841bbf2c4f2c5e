import { beforeEach, describe, expect, it } from 'vitest'
import { memoryOptions } from '../../test/support/memory-options.js'
import { ManualClock, ref, ScriptedStore } from '../../test/support/scripted-store.js'
import type { UserId } from '../domain/ids.js'
import { type Consistency, type EntityLookup, minimizeLatency } from '../service/entities.js'
import { CachedEntities } from './cached-entities.js'

const boundMs = 5_000
let clock: ManualClock
let store: ScriptedStore
let entities: CachedEntities

beforeEach(() => {
  clock = new ManualClock()
  store = new ScriptedStore()
  entities = new CachedEntities({
    store,
    clock,
    options: { ...memoryOptions, boundMs, waitingLoadsMax: 2 },
  })
})

/** Whether the key is known. */
async function ask(secretHash = 'k', consistency: Consistency = minimizeLatency) {
  return entities.decide(
    { consistency },
    (lookup) => lookup.findCredential(secretHash) !== undefined,
  )
}

describe('what is in memory', () => {
  it('is answered without the store', async () => {
    store.grant('k')
    expect(await ask()).toMatchObject({ value: true, freshness: { tier: 'store' } })
    const { loads, logReads } = store
    expect(await ask()).toMatchObject({ value: true, freshness: { tier: 'memory' } })
    expect(store).toMatchObject({ loads, logReads })
  })

  it('includes what is known not to exist, until it does', async () => {
    expect((await ask()).value).toBe(false)
    expect((await ask()).freshness.tier).toBe('memory')
    store.grant('k')
    await entities.feed.catchUp()
    expect((await ask()).value).toBe(true)
  })

  it('is gone with the revision that changed it', async () => {
    store.grant('k')
    await ask()
    store.revoke('k')
    await entities.feed.catchUp()
    expect((await ask()).value).toBe(false)
  })

  it('says its revision, its age, and how long it is good for', async () => {
    store.grant('k')
    await ask()
    clock.pass(1_200)
    expect(await ask()).toMatchObject({
      revision: store.head(),
      freshness: { ageMs: 1_200, validForMs: boundMs - 1_200 },
    })
  })
})

describe('a principal that is asked about by its id', () => {
  const demand = { consistency: minimizeLatency }
  const statusOf = (lookup: EntityLookup) => lookup.findPrincipalDecider(ref)?.principal.status

  it('is answered from memory, and without a promise once it is there', async () => {
    expect(entities.decideNow(statusOf, undefined)).toBeUndefined()
    expect((await entities.decide(demand, statusOf)).value).toBe('active')
    const { loads } = store
    expect(entities.decideNow(statusOf, undefined)?.value).toBe('active')
    expect(store.loads).toBe(loads)
  })

  it('changes with the revision that changed it', async () => {
    await entities.decide(demand, statusOf)
    store.lock()
    await entities.feed.catchUp()
    expect((await entities.decide(demand, statusOf)).value).toBe('locked')
  })

  it('is none under another type, and its keys are as good as before', async () => {
    store.grant('k')
    const asUser = { type: 'user', id: ref.id as string as UserId } as const
    const { value } = await entities.decide(demand, (all) => all.findPrincipalDecider(asUser))
    expect(value).toBeUndefined()
    const { value: decider } = await entities.decide(demand, (all) => all.findDecider('k'))
    expect(decider?.principal.ref).toEqual(ref)
  })
})

describe('a load', () => {
  it('that raced a revocation does not bring the key back', async () => {
    store.grant('k')
    await entities.feed.catchUp()
    store.onLoad = async () => {
      store.onLoad = undefined
      store.revoke('k')
      await entities.feed.catchUp()
    }
    expect((await ask()).value).toBe(false)
    expect(store.loads).toBe(2)
  })

  it('that is ahead of the feed waits for it', async () => {
    await entities.feed.catchUp()
    store.grant('k')
    expect((await ask()).value).toBe(true)
    expect(entities.feed.applied).toEqual(store.head())
  })

  it('that began in another history is thrown away', async () => {
    store.grant('k')
    await entities.feed.catchUp()
    store.onLoad = async () => {
      store.onLoad = undefined
      store.epoch = 'e2'
      store.credentials.delete('k')
      await entities.feed.catchUp()
    }
    expect((await ask()).value).toBe(false)
  })

  it('is shared by all who miss the same thing at once', async () => {
    store.grant('k')
    await entities.feed.catchUp()
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask()))
    expect(answers.every(({ value }) => value)).toBe(true)
    expect(store.loads).toBe(1)
  })

  it('is refused when too many wait already', async () => {
    await entities.feed.catchUp()
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    store.onLoad = () => held
    const asked = Array.from({ length: 5 }, (_, i) => ask(`k${i}`).catch((error) => error))
    await expect(asked[4]).resolves.toMatchObject({ kind: 'unavailable', reason: 'OVERLOADED' })
    release()
    for (const answer of await Promise.all(asked.slice(0, 4))) expect(answer.value).toBe(false)
  })
})

describe('the staleness bound', () => {
  const cutOff = () => {
    store.onLog = () => {
      throw new Error('unreachable')
    }
  }

  it('lets memory answer while it holds', async () => {
    store.grant('k')
    await ask()
    cutOff()
    clock.pass(boundMs)
    expect((await ask()).value).toBe(true)
  })

  it('refuses what cannot be vouched for, neither allowing nor denying', async () => {
    store.grant('k')
    await ask()
    cutOff()
    store.revoke('k')
    clock.pass(boundMs + 1)
    await expect(ask()).rejects.toMatchObject({
      kind: 'unavailable',
      reason: 'STALENESS_BOUND_EXCEEDED',
    })
  })

  it('is not lengthened by a machine that slept', async () => {
    store.grant('k')
    await ask()
    cutOff()
    clock.wall += boundMs + 1
    await expect(ask()).rejects.toMatchObject({ reason: 'STALENESS_BOUND_EXCEEDED' })
  })

  it('ends with the first reading that arrives', async () => {
    store.grant('k')
    await ask()
    clock.pass(boundMs + 1)
    store.revoke('k')
    expect((await ask()).value).toBe(false)
  })
})

describe('a question that must be', () => {
  it('fully consistent looks after it was asked', async () => {
    store.grant('k')
    await ask()
    store.revoke('k')
    expect((await ask('k', minimizeLatency)).value).toBe(true)
    expect((await ask('k', { kind: 'fully-consistent' })).value).toBe(false)
  })

  it('fully consistent is refused when nobody can look', async () => {
    await ask()
    store.onLog = () => {
      throw new Error('unreachable')
    }
    await expect(ask('k', { kind: 'fully-consistent' })).rejects.toThrow('unreachable')
  })

  it('as fresh as a revision waits for that revision, and for no more', async () => {
    store.grant('k')
    await ask()
    store.revoke('k')
    const consistency = { kind: 'at-least-as-fresh', revision: store.head() } as const
    expect((await ask('k', consistency)).value).toBe(false)
    const { logReads } = store
    await ask('k', consistency)
    expect(store.logReads).toBe(logReads)
  })

  it('as fresh as a revision that there is not is refused', async () => {
    await ask()
    const revision = { ...store.head(), number: 1_000 }
    await expect(ask('k', { kind: 'at-least-as-fresh', revision })).rejects.toMatchObject({
      kind: 'invalid',
      reason: 'TOKEN_FROM_FUTURE',
    })
  })

  it('as fresh as a revision of another store is answered from the present', async () => {
    store.grant('k')
    await ask()
    store.revoke('k')
    const revision = { epoch: 'other', number: 1, nonce: 'x' }
    expect((await ask('k', { kind: 'at-least-as-fresh', revision })).value).toBe(false)
  })
})
