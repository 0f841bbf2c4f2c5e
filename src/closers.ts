/** What was opened, to be closed in the reverse order. */
export class Closers {
  readonly #closers: (() => Promise<void>)[] = []
  #closing: Promise<void> | undefined

  add(close: () => Promise<void>): void {
    this.#closers.push(close)
  }

  /** Closes everything, whatever fails; rejects with the first failure. Again: the same closing. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll()
    return this.#closing
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = []
    for (const close of this.#closers.reverse()) {
      await close().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw failures[0]
  }
}

/** Rejects with the first failure once all are closed, or have failed to. */
export async function allClosed(closings: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(closings)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}
