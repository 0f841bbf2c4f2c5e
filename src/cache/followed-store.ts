import type {
  ChangeRequest,
  ReadTransaction,
  Stamped,
  Store,
  WriteTransaction,
} from '../service/ports.js'
import type { ChangeFeed } from './change-feed.js'
import type { HintChannel } from './hints.js'

/**
 * A store whose writes are known to this process's own feed before they are acknowledged: whoever
 * wrote here and asks here reads its own write. Other processes hear of it from the log, and of that
 * there is something new in it from a hint.
 */
export class FollowedStore implements Store {
  readonly #store: Store
  readonly #feed: ChangeFeed
  readonly #hints: HintChannel | undefined

  constructor(store: Store, feed: ChangeFeed, hints?: HintChannel) {
    this.#store = store
    this.#feed = feed
    this.#hints = hints
  }

  read<T>(work: (tx: ReadTransaction) => Promise<T>): Promise<Stamped<T>> {
    return this.#store.read(work)
  }

  async write<T>(work: (tx: WriteTransaction) => Promise<T>): Promise<Stamped<T>> {
    const written = await this.#store.write(work)
    if (written.revision.number > this.#feed.applied.number) {
      this.#hints?.publish(written.revision)
      // The write is done, whatever becomes of this: the staleness bound holds without it.
      await this.#feed.catchUp().catch(() => undefined)
    }
    return written
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
