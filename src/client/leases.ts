import { LRUCache } from 'lru-cache'
import type { Revision } from './revision.js'
import { elapsedMs, type Moment, momentOf, type Surroundings } from './surroundings.js'

/** What the watch has told. `none`: nothing changed in the organization. */
export interface Told {
  readonly news: 'none' | 'changed' | 'forget'
  /** The watcher's own. */
  readonly organizationId: string
  /** All up to here has been told. */
  readonly revision: Revision
  /** Since when, when it was sent; infinite when that is not known. */
  readonly ageMs: number
}

/** As much of an answer as says for how long it holds. */
export interface Leasable {
  readonly organizationId: string
  readonly revision: Revision
  /** Counted from when the question was sent. */
  readonly validForMs: number
}

/** When a question was sent, and what was known then. */
export interface Sent {
  readonly at: Moment
  readonly generation: number
}

interface Lease<T> extends Leasable {
  readonly value: T
  readonly sentAt: Moment
}

/** For so long after the state that the watch told of last, answers are given again. */
export const silenceMsMax = 3_000

/**
 * Answers that may be given again. One is as good as what is known of the changes since its
 * revision, so nothing is searched when something changes: what is too old is seen to be when it is
 * asked for.
 */
export class Leases<T extends object> {
  readonly #clocks: Pick<Surroundings, 'monotonicMs' | 'wallMs'>
  readonly #leases: LRUCache<string, Lease<T>>
  /** Another number whenever everything was forgotten. */
  #generation = 0
  #told: Told | undefined
  /** Number of the revision at which the watcher's own organization changed last. */
  #changedAt = 0
  /** When all that was told of was so. */
  #toldOf: Moment = { monotonicMs: Number.NEGATIVE_INFINITY, wallMs: Number.NEGATIVE_INFINITY }

  constructor(clocks: Pick<Surroundings, 'monotonicMs' | 'wallMs'>, leasesMax: number) {
    this.#clocks = clocks
    this.#leases = new LRUCache({ max: leasesMax })
  }

  /** To be called before a question is sent. */
  send(): Sent {
    return { at: momentOf(this.#clocks), generation: this.#generation }
  }

  /** Keeps the answer, unless something came between that it may not know of. */
  keep(key: string, value: T, { sent, lease }: { readonly sent: Sent; lease: Leasable }): void {
    // What was sent before everything was forgotten may be of another history with like numbers.
    if (sent.generation !== this.#generation) return
    const kept = { ...lease, value, sentAt: sent.at }
    if (this.#holds(kept)) this.#leases.set(key, kept)
  }

  find(key: string): T | undefined {
    const lease = this.#leases.get(key)
    return lease && this.#holds(lease) ? lease.value : undefined
  }

  heard(told: Told): void {
    const before = this.#told?.revision
    const { epoch, number } = told.revision
    const goesOn = before?.epoch === epoch && before.number <= number
    if (told.news === 'forget' || !goesOn) this.#forget()
    if (told.news !== 'none' || !goesOn) this.#changedAt = number
    this.#told = told
    this.#toldOf = momentOf(this.#clocks, told.ageMs)
  }

  /** The watch is over: nobody tells of changes any more. */
  lost(): void {
    this.#forget()
    this.#told = undefined
  }

  #forget(): void {
    this.#generation += 1
    this.#leases.clear()
  }

  #holds({ organizationId, revision, validForMs, sentAt }: Lease<T>): boolean {
    const told = this.#told
    if (!told || revision.epoch !== told.revision.epoch) return false
    if (elapsedMs(this.#clocks, this.#toldOf) >= silenceMsMax) return false
    if (elapsedMs(this.#clocks, sentAt) >= validForMs) return false
    // Of other organizations it is told only that something may have changed.
    const isOwn = organizationId === told.organizationId
    return revision.number >= (isOwn ? this.#changedAt : told.revision.number)
  }
}
