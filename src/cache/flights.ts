/**
 * Work that is under way, by what it is for: those who want the same at once share it. A flight has
 * no caller of its own: each caller waits as long as it may, and the flight goes on without it.
 */
export class Flights<T> {
  readonly #flying = new Map<string, Promise<T>>()
  readonly #onJoin: () => void

  constructor(onJoin: () => void) {
    this.#onJoin = onJoin
  }

  /** Whoever joins a flight that fails tries once more: it began under somebody else's luck. */
  async join(id: string, work: () => Promise<T>): Promise<T> {
    const flying = this.#flying.get(id)
    if (!flying) return this.#start(id, work)
    this.#onJoin()
    try {
      return await flying
    } catch {
      return await (this.#flying.get(id) ?? this.#start(id, work))
    }
  }

  #start(id: string, work: () => Promise<T>): Promise<T> {
    const flight = work().finally(() => this.#flying.delete(id))
    this.#flying.set(id, flight)
    return flight
  }
}
