import { CachedEntities } from '../../src/cache/cached-entities.js'
import type { ApiKeyCredential } from '../../src/domain/api-key.js'
import type { ApiKeyId, ApplicationId, OrganizationId } from '../../src/domain/ids.js'
import type { Principal } from '../../src/domain/principal.js'
import type { Consistency, Decided } from '../../src/service/entities.js'
import type { ChangePage, ChangeRow, ReadTransaction, Stamped } from '../../src/service/ports.js'
import type { Revision } from '../../src/service/revision.js'
import { ManualClock, unquestioned } from './scripted-store.js'

/**
 * A whole life of one replica in one thread: a store that others write to, a network that delays,
 * reorders and loses what it carries, and a clock that jumps, all drawn from one seed. What every
 * answer must be is known, because the store's history is.
 */

const boundMs = 1_000
const ref = { type: 'application', id: 'application' as ApplicationId } as const
const organizationId = 'organization' as OrganizationId
const secrets = ['k0', 'k1', 'k2']

/** The state of the world at one revision: what a right answer at it would be. */
interface State {
  readonly keys: ReadonlySet<string>
  readonly locked: boolean
  readonly committedAtMs: number
}

interface Message {
  /** Looks at the store, or brings what was seen to the replica. */
  advance(): void
  lose(): void
}

export interface SimulationResult {
  readonly answers: number
  readonly refusals: number
  /** Sentences; none when every promise was kept. */
  readonly violations: readonly string[]
}

export async function simulate(seed: number, steps: number): Promise<SimulationResult> {
  const simulation = new Simulation(createRandom(seed))
  for (let step = 0; step < steps; step++) await simulation.step()
  await simulation.settle()
  return simulation.result()
}

class Simulation {
  readonly #random: () => number
  readonly #clock = new ManualClock()
  readonly #states: State[] = [{ keys: new Set(), locked: false, committedAtMs: 0 }]
  readonly #rows: ChangeRow[] = []
  #trimmed = 0
  #messages: Message[] = []
  #asking = 0
  #answers = 0
  #refusals = 0
  readonly #violations: string[] = []
  readonly #entities: CachedEntities

  constructor(random: () => number) {
    this.#random = random
    this.#entities = new CachedEntities({
      store: {
        readChanges: ({ from, rowsMax }) => this.#send(() => this.#page(from, rowsMax)),
        read: (work) => this.#sendRead(work),
      },
      clock: this.#clock,
      options: {
        boundMs,
        entriesMax: 4,
        absentMax: 4,
        windowKeysMax: 3,
        loadsMax: 2,
        waitingLoadsMax: 8,
      },
    })
  }

  result(): SimulationResult {
    return { answers: this.#answers, refusals: this.#refusals, violations: this.#violations }
  }

  async step(): Promise<void> {
    const dice = this.#random()
    if (dice < 0.16) this.#write()
    else if (dice < 0.4) void this.#ask()
    else if (dice < 0.48) this.#entities.feed.catchUp().catch(() => undefined)
    else if (dice < 0.56) this.#pass()
    else if (dice < 0.58) this.#trim()
    else this.#deliver()
    await quiet()
  }

  /** Lets everything that is under way come to its end. */
  async settle(): Promise<void> {
    for (let i = 0; i < 10_000 && (this.#messages.length > 0 || this.#asking > 0); i++) {
      this.#messages.shift()?.advance()
      await quiet()
    }
    if (this.#asking > 0) this.#violations.push(`${this.#asking} questions were never answered`)
  }

  #head(): Revision {
    return revisionAt(this.#rows.length)
  }

  #write(): void {
    const last = this.#states.at(-1) as State
    const isLock = this.#random() < 0.3
    const secret = secrets[Math.floor(this.#random() * secrets.length)] as string
    const keys = new Set(last.keys)
    if (!isLock && !keys.delete(secret)) keys.add(secret)
    const locked = isLock ? !last.locked : last.locked
    this.#states.push({ keys, locked, committedAtMs: this.#clock.monotonic })
    const { number, nonce } = revisionAt(this.#rows.length + 1)
    const key = isLock ? `principal:${ref.id}` : `credential:${secret}`
    this.#rows.push({ number, nonce, organizationId, keys: [key] })
  }

  #pass(): void {
    const ms = Math.floor(this.#random() * 700)
    this.#clock.pass(ms)
    // Now and then the wall clock is set back: an age must not shrink by it.
    if (this.#random() < 0.2) this.#clock.wall -= Math.floor(this.#random() * 500)
  }

  #trim(): void {
    this.#trimmed = Math.max(this.#trimmed, this.#rows.length - 1)
  }

  /** Any message, in any order: the network keeps none. */
  #deliver(): void {
    const index = Math.floor(this.#random() * this.#messages.length)
    const [message] = this.#messages.splice(index, 1)
    if (this.#random() < 0.08) message?.lose()
    else message?.advance()
  }

  /** There and back: the store is looked at when the request arrives, not when it is sent. */
  #send<T>(look: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const lose = () => reject(new Error('lost'))
      const arrive = () => {
        const seen = look()
        this.#messages.push({ advance: () => resolve(seen), lose })
      }
      this.#messages.push({ advance: arrive, lose })
    })
  }

  async #sendRead<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<Stamped<T>> {
    const seen = await this.#send(() => ({
      revision: this.#head(),
      state: this.#states.at(-1) as State,
    }))
    const value = await work(transactionOn(seen.state))
    return { value, revision: seen.revision }
  }

  #page(from: number, rowsMax: number): ChangePage {
    const rows = this.#rows.filter((row) => row.number >= from && row.number > this.#trimmed)
    return { head: this.#head(), rows: rows.slice(0, rowsMax), authority: unquestioned }
  }

  async #ask(): Promise<void> {
    const secret = secrets[Math.floor(this.#random() * secrets.length)] as string
    const asked = this.#head()
    const consistency = this.#consistency()
    this.#asking += 1
    try {
      const answer = await this.#entities.decide(consistency, (lookup) => {
        const key = lookup.findCredential(secret)
        return key !== undefined && lookup.findPrincipal(key.bearer)?.status === 'active'
      })
      this.#answers += 1
      this.#check(answer, { secret, asked, consistency })
    } catch {
      this.#refusals += 1
    } finally {
      this.#asking -= 1
    }
  }

  #consistency(): Consistency {
    const dice = this.#random()
    if (dice < 0.6) return { kind: 'minimize-latency' }
    if (dice < 0.8) return { kind: 'fully-consistent' }
    const number = Math.floor(this.#random() * (this.#rows.length + 1))
    return { kind: 'at-least-as-fresh', revision: revisionAt(number) }
  }

  #check(
    { value, revision, freshness }: Decided<boolean>,
    question: { secret: string; asked: Revision; consistency: Consistency },
  ): void {
    const { secret, asked, consistency } = question
    const state = this.#states[revision.number]
    const expected = state?.keys.has(secret) && !state.locked
    this.#require(value === expected, `${value} at ${revision.number} is no state of the store`)
    this.#require(freshness.ageMs <= boundMs, `an answer of age ${freshness.ageMs}`)
    const since = this.#clock.monotonic - freshness.ageMs
    const known = this.#states.filter(({ committedAtMs }) => committedAtMs < since).length - 1
    this.#require(revision.number >= known, `${revision.number} is older than its age says`)
    if (consistency.kind === 'fully-consistent') {
      this.#require(revision.number >= asked.number, 'a state from before the question')
    }
    if (consistency.kind === 'at-least-as-fresh') {
      const { number } = consistency.revision
      this.#require(revision.number >= number, 'a state from before the token')
    }
  }

  #require(holds: boolean, otherwise: string): void {
    if (!holds) this.#violations.push(otherwise)
  }
}

function revisionAt(number: number): Revision {
  return { epoch: 'e', number, nonce: `n${number}` }
}

function transactionOn({ keys, locked }: State): ReadTransaction {
  const credential = (hash: string): ApiKeyCredential => ({
    id: hash as ApiKeyId,
    organizationId,
    bearer: ref,
    narrowing: {},
  })
  const principal: Principal = {
    ref,
    organizationId,
    owner: false,
    status: locked ? 'locked' : 'active',
    groupIds: [],
    attributes: {},
    tags: [],
  }
  const decisions: ReadTransaction['decisions'] = {
    findCredential: async (hash) => (keys.has(hash) ? credential(hash) : undefined),
    findCredentialByKeyId: async () => undefined,
    findPrincipal: async () => principal,
    findProjectOrganization: async () => organizationId,
    policiesOf: async () => [],
  }
  return { decisions } as ReadTransaction
}

/** Lets promises that can go on go on. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve()
}

/** Mulberry32: the same seed gives the same life. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
