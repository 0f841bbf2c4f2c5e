import type { Kysely } from 'kysely'
import type { Schema } from './schema.js'

/** Lends each connection to one reader at a time, in the order of asking. */
export class ReaderPool {
  readonly #all: readonly Kysely<Schema>[]
  readonly #idle: Kysely<Schema>[]
  readonly #waiting: ((reader: Kysely<Schema>) => void)[] = []

  constructor(readers: readonly Kysely<Schema>[]) {
    this.#all = readers
    this.#idle = [...readers]
  }

  async use<T>(work: (reader: Kysely<Schema>) => Promise<T>): Promise<T> {
    const reader = await this.#take()
    try {
      return await work(reader)
    } finally {
      this.#giveBack(reader)
    }
  }

  /** Waits for the readers that are lent. */
  async destroy(): Promise<void> {
    const readers = await Promise.all(this.#all.map(() => this.#take()))
    await Promise.all(readers.map((reader) => reader.destroy()))
  }

  async #take(): Promise<Kysely<Schema>> {
    return this.#idle.pop() ?? new Promise((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(reader: Kysely<Schema>): void {
    const next = this.#waiting.shift()
    if (next) next(reader)
    else this.#idle.push(reader)
  }
}
