import fc from 'fast-check'
import { expect, it } from 'vitest'
import { memoryOptions } from '../../test/support/memory-options.js'
import { everyStep } from '../../test/support/paces.js'
import { ManualClock, ScriptedStore } from '../../test/support/scripted-store.js'
import {
  EntitiesMissing,
  type EntityLookup,
  type EntityWant,
  minimizeLatency,
} from '../service/entities.js'
import { CachedEntities } from './cached-entities.js'

const demand = { consistency: minimizeLatency }
const hashes = ['a', 'b', 'c', 'd', 'e']

/** Keys that come and go together, and a memory of them. */
class World {
  readonly clock = new ManualClock()
  readonly store = new ScriptedStore()
  /** Whether the keys were there, by revision. */
  readonly history = [false]
  readonly entities: CachedEntities

  constructor(entriesMax: number) {
    this.entities = new CachedEntities({
      store: this.store,
      clock: this.clock,
      options: { ...memoryOptions, entriesMax },
    })
  }

  flip(): void {
    const are = this.history.at(-1) !== true
    for (const hash of hashes) {
      if (are) this.store.credentials.add(hash)
      else this.store.credentials.delete(hash)
    }
    this.store.commit(...hashes.map((hash) => `credential:${hash}`))
    this.history.push(are)
  }

  /** Looks at one key after the other, resting between. */
  ask(between: () => Promise<void> | void) {
    const pace = everyStep(between)()
    return this.entities.decideInSteps(demand, pace, function* (lookup: EntityLookup) {
      const seen: boolean[] = []
      const missing: EntityWant[] = []
      for (const hash of hashes) {
        try {
          seen.push(lookup.findCredential(hash) !== undefined)
        } catch (error) {
          missing.push(...wantsOf(error))
        }
        yield
      }
      if (missing.length > 0) throw new EntitiesMissing(missing)
      return seen
    })
  }
}

function wantsOf(error: unknown): readonly EntityWant[] {
  if (error instanceof EntitiesMissing) return error.wants
  throw error
}

it('all steps see one revision, the one that the answer is stamped with', async () => {
  const happening = fc.constantFrom('nothing', 'nothing', 'flip', 'catch up', 'time')
  await fc.assert(
    fc.asyncProperty(
      fc.array(happening, { maxLength: 60 }),
      fc.constantFrom(6, 100),
      async (happenings, entriesMax) => {
        const world = new World(entriesMax)
        const queue = happenings.values()
        const { value, revision } = await world.ask(async () => {
          const next = queue.next().value
          if (next === 'flip') world.flip()
          if (next === 'catch up') await world.entities.feed.catchUp()
          if (next === 'time') world.clock.pass(3_000)
        })
        expect(value).toEqual(hashes.map(() => world.history[revision.number]))
      },
    ),
    { numRuns: 500 },
  )
})

it('comes to an end where the store changes at every step', async () => {
  const world = new World(100)
  let rests = 0
  const { revision } = await world.ask(async () => {
    rests += 1
    world.store.commit('credential:of somebody else')
    await world.entities.feed.catchUp()
  })
  expect(rests).toBeLessThan(20)
  expect(revision).toEqual(world.entities.feed.applied)
})

it('is not answered once what it saw is older than the bound', async () => {
  const world = new World(100)
  await world.ask(() => {})
  world.store.onLog = () => {
    throw new Error('unreachable')
  }
  const asked = world.ask(() => world.clock.pass(1_001))
  await expect(asked).rejects.toMatchObject({ reason: 'STALENESS_BOUND_EXCEEDED' })
})
