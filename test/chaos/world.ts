import { fresh } from '../support/acts.js'
import { pick } from '../support/random.js'
import { type Administrator, needed } from './administrator.js'
import { createKeyRing, type KeyRing, makeKey } from './key-ring.js'
import type { Subject } from './subject.js'
import { anApplication, attach, type MakeToggle, type Toggle, toggleKinds } from './toggles.js'

/** What is asked about, and what changes it. */
export interface World {
  /** One to ask about: mostly of those that change, now and then of those that never do. */
  pickSubject(random: () => number): Subject
  /** All that there are. */
  subjects(): readonly Subject[]
  /** Each is used by one writer, one write at a time. */
  readonly acts: readonly WorldAct[]
  /** Replaces what nobody knows the state of any more. */
  mend(by: Administrator): Promise<void>
}

export interface WorldAct {
  act(by: Administrator): Promise<void>
}

const togglesOfEachKind = 2
const crowdSize = 180
const crowdShare = 0.15

export async function createWorld(by: Administrator): Promise<World> {
  const makers = Object.values(toggleKinds).flatMap((make) => Array(togglesOfEachKind).fill(make))
  const toggles = await Promise.all((makers as MakeToggle[]).map((make) => startToggling(make, by)))
  const rings = await Promise.all([createKeyRing(by), createKeyRing(by)])
  const crowd = await aCrowd(by)
  const changing = () => [
    ...toggles.map((toggling) => toggling.current.subject),
    ...rings.flatMap((ring) => ring.asked),
  ]
  return {
    pickSubject: (random) => pick(random, random() < crowdShare ? crowd : changing()),
    subjects: () => [...changing(), ...crowd],
    acts: [...toggles, ...rings.map(toAct)],
    async mend(by) {
      for (const toggling of toggles) await toggling.mend(by)
    },
  }
}

interface Toggling extends WorldAct {
  readonly current: Toggle
  mend(by: Administrator): Promise<void>
}

async function startToggling(make: MakeToggle, by: Administrator): Promise<Toggling> {
  let current = await make(by)
  let isOn = true
  let isKnown = true
  return {
    get current() {
      return current
    },
    async act(by) {
      if (!isKnown) return
      const done = isOn ? await current.turnOff(by) : await current.turnOn(by)
      isKnown = done !== undefined
      isOn = !isOn
    },
    async mend(by) {
      if (isKnown) return
      current = await make(by)
      isOn = true
      isKnown = true
    },
  }
}

function toAct(ring: KeyRing): WorldAct {
  return { act: (by) => ring.act(by) }
}

/** Keys that are never touched: more than memory holds, so that the tiers below are used. */
async function aCrowd(by: Administrator): Promise<Subject[]> {
  const name = fresh('crowd')
  const application = await anApplication(by, name)
  await attach(by, { application, name })
  const made = await Promise.all(Array.from({ length: crowdSize }, () => makeKey(by, application)))
  return made.map(needed)
}
