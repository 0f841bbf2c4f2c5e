import type { CachedEntities } from '../../../src/cache/cached-entities.js'
import type { Consistency, Decided, EntityLookup } from '../../../src/service/entities.js'
import type { Pace } from '../../../src/service/pacer.js'
import { createRandom, pick } from '../random.js'
import { ManualClock } from '../scripted-store.js'
import { isIn, type State, since } from './history.js'
import { Network } from './network.js'
import type * as subject from './subject.js'
import { secrets, Truth } from './truth.js'
import { UntrustedCache } from './untrusted-cache.js'

/**
 * A whole life of two replicas in one thread: a store that others write to and that fails over, a
 * network that delays, reorders and loses what it carries, a shared cache that lies, and clocks
 * that jump, all drawn from one seed. What every answer must be is known, because history is.
 */

const boundMs = 1_000
const waitMs = 2_500

export type Subject = typeof subject

export interface Life {
  readonly answers: number
  readonly sharedAnswers: number
  readonly refusals: number
  /** Sentences; none when every promise was kept. */
  readonly violations: readonly string[]
}

export interface LifeOptions {
  readonly seed: number
  readonly steps: number
  readonly subject: Subject
  readonly stampsLate?: boolean
}

export async function live(options: LifeOptions): Promise<Life> {
  const life = new Simulation(options)
  for (let step = 0; step < options.steps; step++) await life.step()
  await life.settle()
  return life.result()
}

interface Asked {
  readonly secret: string
  readonly consistency: Consistency
  readonly atMs: number
}

class Simulation {
  readonly #random: () => number
  readonly #subject: Subject
  readonly #clock = new ManualClock()
  readonly #network: Network
  readonly #truth: Truth
  readonly #shared: UntrustedCache
  readonly #replicas: [CachedEntities, CachedEntities]
  readonly #violations: string[] = []
  #asking = 0
  #answers = 0
  #sharedAnswers = 0
  #refusals = 0

  constructor({ seed, subject: built, stampsLate = false }: LifeOptions) {
    const random = createRandom(seed)
    this.#random = random
    this.#subject = built
    this.#network = new Network(random)
    this.#shared = new UntrustedCache(random, this.#network)
    this.#truth = new Truth({ random, clock: this.#clock, network: this.#network, stampsLate })
    this.#replicas = [this.#startReplica(), this.#startReplica()]
  }

  result(): Life {
    return {
      answers: this.#answers,
      sharedAnswers: this.#sharedAnswers,
      refusals: this.#refusals,
      violations: this.#violations,
    }
  }

  async step(): Promise<void> {
    const dice = this.#random()
    if (dice < 0.13) this.#truth.write()
    else if (dice < 0.33) void this.#ask()
    else if (dice < 0.41) this.#anyReplica().feed.catchUp().catch(ignore)
    else if (dice < 0.48) this.#pass()
    else if (dice < 0.52) this.#truth.beat()
    else if (dice < 0.53) this.#truth.trim()
    else if (dice < 0.55) this.#truth.failOver()
    else if (dice < 0.555) this.#truth.restore()
    else if (dice < 0.565) this.#replicas[this.#random() < 0.5 ? 0 : 1] = this.#startReplica()
    else if (dice < 0.58) this.#truth.acknowledge()
    else await this.#deliver()
    await quiet()
  }

  /** Now and then a network is quick. */
  async #deliver(): Promise<void> {
    const many = this.#random() < 0.3 ? 12 : 1
    for (let i = 0; i < many; i++) {
      this.#network.deliverAny()
      await quiet()
    }
  }

  /** Lets everything that is under way come to its end. */
  async settle(): Promise<void> {
    for (let i = 0; i < 10_000 && (!this.#network.isQuiet || this.#asking > 0); i++) {
      if (this.#network.isQuiet) this.#clock.pass(waitMs)
      this.#network.deliverOldest()
      await quiet()
    }
    if (this.#asking > 0) this.#violations.push(`${this.#asking} questions were never answered`)
  }

  #startReplica(): CachedEntities {
    const { CachedEntities: Entities, Sealer, createSharedKeys, createEntityCodec } = this.#subject
    const noConditions = () => ({ ok: false, problem: { reason: '', description: '' } }) as const
    return new Entities({
      store: {
        readChanges: (request) => this.#truth.readChanges(request),
        read: (work) => this.#truth.read(work),
      },
      shared: {
        cache: this.#shared,
        keys: createSharedKeys([]),
        sealer: new Sealer(new Uint8Array(32)),
        codec: createEntityCodec(noConditions),
        random: this.#random,
      },
      clock: this.#clock,
      options: {
        boundMs,
        entriesMax: 4,
        bytesMax: 100_000,
        absentMax: 4,
        windowKeysMax: 3,
        loadsMax: 2,
        waitingLoadsMax: 8,
        waitMs,
        readTimeoutMs: 600,
        preloadRows: 2,
        pageRowsMax: 2,
      },
    })
  }

  #anyReplica(): CachedEntities {
    return pick(this.#random, this.#replicas)
  }

  #pass(): void {
    this.#clock.pass(Math.floor(this.#random() * 700))
    // Now and then the wall clock is set back: an age must not shrink by it.
    if (this.#random() < 0.2) this.#clock.wall -= Math.floor(this.#random() * 500)
  }

  async #ask(): Promise<void> {
    const secret = pick(this.#random, secrets)
    const consistency = this.#consistency()
    const asked = { secret, consistency, atMs: this.#clock.monotonic }
    const known = this.#truth.acknowledged
    this.#asking += 1
    try {
      const answer = await this.#decide(asked)
      this.#answers += 1
      if (answer.freshness.tier === 'shared') this.#sharedAnswers += 1
      this.#check(answer, asked, new Set(known.map(({ state }) => state)))
    } catch {
      this.#refusals += 1
    } finally {
      this.#asking -= 1
    }
  }

  #decide({ secret, consistency }: Asked): Promise<Decided<boolean>> {
    const replica = this.#anyReplica()
    if (this.#random() < 0.5) {
      return replica.decide({ consistency }, (lookup) => isAllowedAtOnce(lookup, secret))
    }
    const work = (lookup: EntityLookup) => isAllowedByParts(lookup, secret)
    return replica.decideInSteps({ consistency }, this.#pace(), work)
  }

  /** Of a thread that others want, too: a rest takes as long as a message may. */
  #pace(): Pace {
    const random = this.#random
    return {
      get isDue() {
        return random() < 0.5
      },
      rest: () => this.#network.send(ignore).catch(ignore),
    }
  }

  #consistency(): Consistency {
    const dice = this.#random()
    if (dice < 0.6) return { kind: 'minimize-latency' }
    if (dice < 0.8) return { kind: 'fully-consistent' }
    const { revision } = pick(this.#random, since(this.#truth.head, 0))
    return { kind: 'at-least-as-fresh', revision }
  }

  #check(
    { value, revision, freshness }: Decided<boolean>,
    { secret, consistency, atMs }: Asked,
    known: ReadonlySet<State>,
  ): void {
    const state = this.#truth.find(revision.epoch, revision.nonce)
    if (!state || state.revision.number !== revision.number) {
      this.#violations.push(`revision ${revision.number} is none of the store`)
      return
    }
    const expected = state.keys.has(secret) && !state.locked
    this.#require(value === expected, `${value} at ${revision.number} is no state of the store`)
    this.#require(freshness.ageMs <= boundMs, `an answer of age ${freshness.ageMs}`)
    const sinceMs = this.#clock.monotonic - freshness.ageMs
    for (const told of this.#truth.acknowledged) {
      if (isIn(state, told.state)) continue
      this.#require(told.atMs >= sinceMs, `${revision.number} is older than its age says`)
      if (consistency.kind === 'minimize-latency') continue
      const isBefore = consistency.kind === 'fully-consistent' && told.atMs < atMs
      this.#require(!isBefore, 'a state from before the question')
      const isAsked =
        consistency.kind === 'at-least-as-fresh' &&
        known.has(told.state) &&
        told.state.revision.nonce === consistency.revision.nonce
      this.#require(!isAsked, 'a state from before the token')
    }
  }

  #require(holds: boolean, otherwise: string): void {
    if (!holds) this.#violations.push(otherwise)
  }
}

function* isAllowedByParts(lookup: EntityLookup, secret: string): Generator<void, boolean, void> {
  const key = lookup.findCredential(secret)
  yield
  const isActive = key !== undefined && lookup.findPrincipal(key.bearer)?.status === 'active'
  yield
  return isActive
}

function isAllowedAtOnce(lookup: EntityLookup, secret: string): boolean {
  return lookup.findDecider(secret)?.principal.status === 'active'
}

/** Lets promises that can go on go on. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 25; i++) await Promise.resolve()
}

function ignore(): void {}
