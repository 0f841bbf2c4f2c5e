import { DomainError } from '../../domain/errors.js'
import type { OrganizationId } from '../../domain/ids.js'
import type { Session } from '../administration.js'
import { createDecideAbout, requireAllowed } from '../ask-permission.js'
import type { Authorizer } from '../authorize.js'
import type { ChangeSource } from '../change-source.js'
import type { Schedule } from '../schedule.js'
import { type WatchChannel, Watcher } from './watcher.js'

export interface WatchingDeps {
  readonly authorizer: Pick<Authorizer, 'authorize' | 'authorizeNow'>
  readonly changes: ChangeSource
  readonly schedule: Schedule
}

/** Tells callers, for as long as they like, what changes what they were answered. */
export interface Watching {
  /**
   * Rejects with `DomainError` for who may not watch, and when there are too many. The first event
   * is sent before it resolves.
   */
  open(session: Session, channel: WatchChannel): Promise<Watcher>
  /** How many are told. */
  readonly watchers: number
  /** Ends all, who would not end by themselves, and lets nobody begin. */
  close(): void
}

const permission = 'iam:decision:watch'
/** What each costs is a message for each change of its organization, and one a second. */
const watchersMax = 1_024
const watchersOfOneMax = 256
/** That others have changed is told no more often than this. */
const advanceMs = 100

export function createWatching(deps: WatchingDeps): Watching {
  return new Watchers(deps)
}

class Watchers implements Watching {
  readonly #deps: WatchingDeps
  readonly #decide
  readonly #byOrganization = new Map<OrganizationId, Set<Watcher>>()
  readonly #changed = new Set<OrganizationId>()
  #count = 0
  #isReset = false
  #isFlushing = false
  #isAdvancing = false
  #isClosed = false
  readonly #unsubscribe

  constructor(deps: WatchingDeps) {
    this.#deps = deps
    this.#decide = createDecideAbout(deps.authorizer, permission)
    this.#unsubscribe = deps.changes.subscribe({
      onChange: (organizationId) => {
        this.#changed.add(organizationId)
        this.#flushSoon()
      },
      onReset: () => {
        this.#isReset = true
        this.#flushSoon()
      },
    })
  }

  get watchers(): number {
    return this.#count
  }

  async open(session: Session, channel: WatchChannel): Promise<Watcher> {
    const organizationId = await this.#admit(session)
    // After the wait: from here to the first event nothing can come between.
    if (this.#isClosed) throw closed()
    const others = this.#byOrganization.get(organizationId) ?? new Set()
    if (this.#count >= watchersMax || others.size >= watchersOfOneMax) throw tooMany()
    const watcher = new Watcher({
      ...this.#deps,
      organizationId,
      channel,
      admit: () => this.#admit(session),
      onOver: (over) => this.#remove(over),
    })
    this.#byOrganization.set(organizationId, others.add(watcher))
    this.#count += 1
    watcher.begin()
    return watcher
  }

  close(): void {
    this.#isClosed = true
    this.#unsubscribe()
    for (const watcher of this.#all()) watcher.end(closed())
  }

  /** Answers whose changes the caller may hear of: its own organization's alone. */
  async #admit(session: Session): Promise<OrganizationId> {
    return requireAllowed(await this.#decide(session), permission).subject.organizationId
  }

  #all(): Watcher[] {
    return [...this.#byOrganization.values()].flatMap((watchers) => [...watchers])
  }

  #remove(watcher: Watcher): void {
    const others = this.#byOrganization.get(watcher.organizationId)
    if (!others?.delete(watcher)) return
    this.#count -= 1
    if (others.size === 0) this.#byOrganization.delete(watcher.organizationId)
  }

  /** What one reading of the log applies is told in one go, and before any write is acknowledged. */
  #flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    queueMicrotask(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#isReset) for (const watcher of this.#all()) watcher.tell('forget')
    else this.#tellChanged()
    this.#isReset = false
    this.#changed.clear()
    this.#advanceSoon()
  }

  #tellChanged(): void {
    for (const organizationId of this.#changed) {
      for (const watcher of [...(this.#byOrganization.get(organizationId) ?? [])]) {
        watcher.tell('changed')
        // It may have been the watcher's own key that was changed.
        void watcher.admitAgain()
      }
    }
  }

  /** Who keeps answers about other organizations goes by the revision alone. */
  #advanceSoon(): void {
    if (this.#isAdvancing || this.#count === 0) return
    this.#isAdvancing = true
    this.#deps.schedule(advanceMs, () => {
      this.#isAdvancing = false
      for (const watcher of this.#all()) watcher.tell('none')
    })
  }
}

function closed(): DomainError {
  return new DomainError('unavailable', {
    reason: 'SERVER_STOPPING',
    message: 'the server is stopping',
  })
}

function tooMany(): DomainError {
  return new DomainError('exhausted', {
    reason: 'TOO_MANY_WATCHERS',
    message: `there are ${watchersOfOneMax} watchers of this organization, or ${watchersMax} in all`,
  })
}
