import type { ChangeRequest } from '../service/ports/change-log.js'
import type { ReadTransaction, Stamped, Store, WriteTransaction } from '../service/ports/store.js'
import type { Revision } from '../service/revision.js'
import type { ChangeFeed } from './change-feed.js'
import type { Clock } from './clock.js'
import type { HintChannel } from './hints.js'

export interface FollowedStoreDeps {
  readonly store: Store
  readonly feed: Pick<ChangeFeed, 'covers' | 'ageMs' | 'catchUp'>
  readonly clock: Clock
  /** The staleness bound. */
  readonly boundMs: number
  readonly hints?: HintChannel
}

const pauseMs = 20

/**
 * A store whose writes are known to this process's own feed before they are acknowledged: whoever
 * wrote here and asks here reads its own write. Other processes hear of it from the log, and of that
 * there is something new in it from a hint.
 */
export class FollowedStore implements Store {
  readonly #deps: FollowedStoreDeps
  readonly #store: Store

  constructor(deps: FollowedStoreDeps) {
    this.#deps = deps
    this.#store = deps.store
  }

  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<Stamped<T>> {
    return this.#store.read(work)
  }

  async write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<Stamped<T>> {
    const written = await this.#store.write(work)
    if (!this.#deps.feed.covers(written.revision)) {
      this.#deps.hints?.publish(written.revision)
      await this.#follow(written.revision)
    }
    return written
  }

  /**
   * The write is done, whatever becomes of this. While the log cannot be read, it is acknowledged
   * only when the staleness bound is over: from then on nothing older is answered here either.
   */
  async #follow(revision: Revision): Promise<void> {
    const { feed, clock, boundMs } = this.#deps
    const sinceMs = clock.monotonicMs()
    for (;;) {
      await feed.catchUp().catch(() => undefined)
      // A reading that succeeded need not have reached the write: it may be of another server.
      if (feed.covers(revision) || feed.ageMs > boundMs) return
      if (clock.monotonicMs() - sinceMs > boundMs) return
      await this.#pause()
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#deps.clock.alarm(pauseMs, resolve)
    })
  }

  readChanges(request: ChangeRequest) {
    return this.#store.readChanges(request)
  }

  onHint(listener: () => void): () => void {
    return this.#store.onHint(listener)
  }

  ping(): Promise<void> {
    return this.#store.ping()
  }

  close(): Promise<void> {
    return this.#store.close()
  }
}
