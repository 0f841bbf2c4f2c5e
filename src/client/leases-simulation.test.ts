import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ManualClock } from '../../test/support/scripted-store.js'
import { Leases, type Sent, silenceMsMax, type Told } from './leases.js'
import type { Revision } from './revision.js'

/**
 * A store, a server that answers, one that tells, and a client with leases. Answers arrive in any
 * order, what is told arrives in order and late. What is given again is compared with what a model
 * says that remembers everything, and with what was true.
 */

const boundMs = 5_000
const organizations = ['own', 'other'] as const
type Organization = (typeof organizations)[number]

type Step =
  | { readonly kind: 'write' | 'send' | 'find'; readonly organization: Organization }
  | { readonly kind: 'arrive'; readonly index: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'answerer follows' | 'teller follows' | 'beat' | 'hear' | 'cut' | 'restore' }

interface Server {
  applied: Revision
  verifiedAtMs: number
}

interface InFlight {
  readonly organization: Organization
  readonly revision: Revision
  readonly validForMs: number
  readonly sent: Sent
  readonly sentAtMs: number
  readonly forgottenBefore: number
}

/** An answer with all that the model needs to judge it. */
type Held = InFlight & { readonly value: { readonly changedAt: string } }

class Life {
  readonly clock = new ManualClock()
  readonly leases = new Leases<Held['value']>(this.clock, 100)
  #epoch = 0
  #head = 1
  /** When the state of an organization was over, by organization and the change that began it. */
  readonly #endedAtMs = new Map<string, number>()
  readonly #changes: { readonly organization: Organization; readonly revision: Revision }[] = []
  #answerer = this.#server()
  #teller = this.#server()
  #queue: (Told & { readonly sentAtMs: number })[] = []
  #inFlight: InFlight[] = []
  /** The model: everything that was heard since the watch began, and everything kept. */
  #heard: (Told & { readonly sentAtMs: number })[] = []
  #forgotten = 0
  #held = new Map<Organization, Held>()
  given = 0

  constructor() {
    for (const organization of organizations) this.#change(organization)
    this.#follow(this.#answerer)
    this.#connect()
  }

  step(step: Step): void {
    switch (step.kind) {
      case 'write':
        this.#head += 1
        this.#change(step.organization)
        return
      case 'restore':
        // The same numbers again, in another history.
        this.#epoch += 1
        for (const organization of organizations) this.#change(organization)
        return
      case 'pass':
        this.clock.pass(step.ms)
        return
      case 'answerer follows':
        this.#follow(this.#answerer)
        return
      case 'teller follows':
        this.#tell()
        return
      case 'beat':
        this.#push('none')
        return
      case 'hear':
        this.#hear()
        return
      case 'cut':
        this.leases.lost()
        this.#forgotten += 1
        this.#heard = []
        this.#connect()
        return
      case 'send':
        this.#send(step.organization)
        return
      case 'arrive':
        this.#arrive(step.index)
        return
      case 'find':
        this.#find(step.organization)
        return
      default:
        step satisfies never
    }
  }

  #server(): Server {
    return { applied: this.#now(), verifiedAtMs: this.clock.monotonic }
  }

  #now(): Revision {
    return { epoch: `e${this.#epoch}`, number: this.#head }
  }

  #change(organization: Organization): void {
    const before = this.#changes.findLast((change) => change.organization === organization)
    if (before) this.#endedAtMs.set(nameOf(before), this.clock.monotonic)
    this.#changes.push({ organization, revision: this.#now() })
  }

  #follow(server: Server): void {
    Object.assign(server, this.#server())
  }

  #connect(): void {
    this.#queue = []
    this.#follow(this.#teller)
    this.#push('forget')
  }

  #tell(): void {
    const before = this.#teller.applied
    this.#follow(this.#teller)
    const { applied } = this.#teller
    const isAnother = before.epoch !== applied.epoch
    const isChanged = this.#changes.some(
      ({ organization, revision: { epoch, number } }) =>
        organization === 'own' && epoch === applied.epoch && number > before.number,
    )
    this.#push(isAnother ? 'forget' : isChanged ? 'changed' : 'none')
  }

  #push(news: Told['news']): void {
    const { applied: revision, verifiedAtMs } = this.#teller
    const sentAtMs = this.clock.monotonic
    const ageMs = sentAtMs - verifiedAtMs
    this.#queue.push({ news, organizationId: 'own', revision, ageMs, sentAtMs })
  }

  #hear(): void {
    const told = this.#queue.shift()
    if (!told) return
    if (told.news === 'forget') {
      this.#forgotten += 1
      this.#heard = []
    }
    this.#heard.push({ ...told, sentAtMs: this.clock.monotonic })
    this.leases.heard(told)
  }

  #send(organization: Organization): void {
    const ageMs = this.clock.monotonic - this.#answerer.verifiedAtMs
    if (ageMs > boundMs) return
    this.#inFlight.push({
      organization,
      revision: this.#answerer.applied,
      validForMs: boundMs - ageMs,
      sent: this.leases.send(),
      sentAtMs: this.clock.monotonic,
      forgottenBefore: this.#forgotten,
    })
  }

  #arrive(index: number): void {
    const [answer] = this.#inFlight.splice(index % Math.max(1, this.#inFlight.length), 1)
    if (!answer) return
    const { organization, revision, validForMs, sent } = answer
    const state = this.#changes.findLast(
      (change) =>
        change.organization === organization &&
        change.revision.epoch === revision.epoch &&
        change.revision.number <= revision.number,
    )
    if (!state) throw new Error('an answer about nothing')
    const held = { ...answer, value: { changedAt: nameOf(state) } }
    if (this.#holds(held)) this.#held.set(organization, held)
    const lease = { organizationId: organization, revision, validForMs }
    this.leases.keep(organization, held.value, { sent, lease })
  }

  /** What the manual says, over all that was heard. */
  #holds({ organization, revision, sentAtMs, validForMs, forgottenBefore }: Held): boolean {
    const nowMs = this.clock.monotonic
    const last = this.#heard.at(-1)
    if (!last || forgottenBefore !== this.#forgotten) return false
    const isOverdue = nowMs - (last.sentAtMs - last.ageMs) >= silenceMsMax
    if (isOverdue || nowMs - sentAtMs >= validForMs) return false
    return this.#heard.every(({ news, revision: told }) => {
      if (told.epoch !== revision.epoch) return false
      const isAbout = organization === 'other' || news !== 'none'
      return !isAbout || told.number <= revision.number
    })
  }

  #find(organization: Organization): void {
    const held = this.#held.get(organization)
    const expected = held && this.#holds(held) ? held.value : undefined
    const given = this.leases.find(organization)
    expect(given).toEqual(expected)
    if (!given) return
    this.given += 1
    const endedAtMs = this.#endedAtMs.get(given.changedAt) ?? Number.POSITIVE_INFINITY
    expect(this.clock.monotonic - endedAtMs).toBeLessThanOrEqual(boundMs)
  }
}

function nameOf({
  organization,
  revision: { epoch, number },
}: {
  readonly organization: Organization
  readonly revision: Revision
}): string {
  return `${organization} ${epoch} ${number}`
}

const organization = fc.constantFrom(...organizations)
const plain = (kind: 'answerer follows' | 'teller follows' | 'beat' | 'hear' | 'cut' | 'restore') =>
  fc.constant<Step>({ kind })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('write' as const), organization }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('send' as const), organization }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('find' as const), organization }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('arrive' as const), index: fc.nat({ max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 2_500 })),
    }),
  },
  { weight: 3, arbitrary: plain('answerer follows') },
  { weight: 3, arbitrary: plain('teller follows') },
  { weight: 3, arbitrary: plain('beat') },
  { weight: 7, arbitrary: plain('hear') },
  { weight: 1, arbitrary: plain('cut') },
  { weight: 1, arbitrary: plain('restore') },
)

it('gives what a model gives that remembers all, and nothing older than the bound', () => {
  let given = 0
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 120 }), (steps) => {
      const life = new Life()
      for (const each of steps) life.step(each)
      given += life.given
    }),
    { numRuns: 2_000 },
  )
  // A world in which nothing is ever given again would show nothing.
  expect(given).toBeGreaterThan(2_000)
})
