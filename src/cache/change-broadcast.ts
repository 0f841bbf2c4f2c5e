import type { ChangeListener } from '../service/change-source.js'
import type { ChangeRow } from '../service/ports/change-log.js'

/** Tells whoever listens of each step that the change feed has made. */
export class ChangeBroadcast {
  readonly #listeners = new Set<ChangeListener>()

  subscribe(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Of the revision that was applied; of none when the feed began anew. */
  moved(row: ChangeRow | undefined): void {
    for (const listener of this.#listeners) {
      if (row) listener.onChange(row.organizationId)
      else listener.onReset()
    }
  }
}
