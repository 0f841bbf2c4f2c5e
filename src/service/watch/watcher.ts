import { DomainError } from '../../domain/errors.js'
import type { OrganizationId } from '../../domain/ids.js'
import type { ChangeSource } from '../change-source.js'
import type { Revision } from '../revision.js'
import type { Schedule } from '../schedule.js'

/** What became of the answers about one organization, from the least that may be told. */
export const newsInOrder = ['none', 'changed', 'forget'] as const

/** `changed`: those of lower revisions may not hold. `forget`: none that was given before may. */
export type News = (typeof newsInOrder)[number]

export interface WatchEvent {
  readonly news: News
  readonly organizationId: OrganizationId
  /** All up to here has been told. */
  readonly revision: Revision
  /** Since when that is so; infinite when that is not known. */
  readonly ageMs: number
}

/** Where a watcher is told; each event may be the last that there is room for. */
export interface WatchChannel {
  /** When it answers false, the watcher is told when there is room again. */
  send(event: WatchEvent): boolean
  /** With what is no `DomainError` when there is a bug. */
  end(error: unknown): void
}

export interface WatcherParts {
  readonly organizationId: OrganizationId
  readonly channel: WatchChannel
  readonly changes: Pick<ChangeSource, 'applied' | 'ageMs'>
  readonly schedule: Schedule
  /** Throws or rejects with `DomainError` when the watcher may not watch, or that is not known. */
  readonly admit: () => unknown
  /** Nobody is told any more. */
  onOver(watcher: Watcher): void
}

/** Silence for longer than this says that nothing is known. */
export const heartbeatMs = 1_000

/**
 * One who is told. Whatever happens while there is no room becomes one event, the worst of all: a
 * watcher that does not read costs no more than one that does.
 */
export class Watcher {
  readonly #parts: WatcherParts
  #waiting: News | undefined
  #hasRoom = true
  #isOver = false
  #isAdmitting = false
  #callOff = () => {}

  constructor(parts: WatcherParts) {
    this.#parts = parts
  }

  begin(): void {
    this.tell('forget')
    this.#beatLater()
  }

  get organizationId(): OrganizationId {
    return this.#parts.organizationId
  }

  tell(news: News): void {
    if (this.#isOver) return
    if (this.#hasRoom) this.#send(news)
    else this.#waiting = worse(this.#waiting, news)
  }

  /** There is room again. */
  drain(): void {
    this.#hasRoom = true
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) this.tell(waiting)
  }

  /** Whether the key is still one that may watch: ends the watch when it is not. */
  async admitAgain(): Promise<void> {
    // One that is under way may have looked before the change; the next beat looks again.
    if (this.#isAdmitting || this.#isOver) return
    this.#isAdmitting = true
    try {
      await this.#parts.admit()
    } catch (error) {
      // Not to know is not to be refused: the age that is told says how little is known.
      const isUnknown = error instanceof DomainError && error.kind === 'unavailable'
      if (!isUnknown) this.end(error)
    } finally {
      this.#isAdmitting = false
    }
  }

  /** Without an error when nobody listens any more. */
  end(error?: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#callOff()
    this.#parts.onOver(this)
    if (error !== undefined) this.#parts.channel.end(error)
  }

  #send(news: News): void {
    const { organizationId, channel, changes } = this.#parts
    const { applied: revision, ageMs } = changes
    this.#hasRoom = channel.send({ news, organizationId, revision, ageMs })
  }

  #beatLater(): void {
    this.#callOff = this.#parts.schedule(heartbeatMs, () => {
      this.tell('none')
      void this.admitAgain()
      if (!this.#isOver) this.#beatLater()
    })
  }
}

function worse(a: News | undefined, b: News): News {
  return a && newsInOrder.indexOf(a) > newsInOrder.indexOf(b) ? a : b
}
