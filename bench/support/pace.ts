/** Before it is known how quickly anybody answers. */
const firstCalls = 2_000

/**
 * How many calls take about so many seconds, by how quickly the last ones were answered: whoever is
 * compared gets turns of the same length. In turns of a fraction of a second only, a server is seen in
 * the state in which it begins, and a library's may be twice as quick then as it stays.
 */
export class Pace {
  readonly #callsPerSecond = new Map<string, number>()

  /** A turn of the contender `name`; each of its connections makes one call at least. */
  calls(name: string, seconds: number, connections: number): number {
    const rate = this.#callsPerSecond.get(name)
    const calls = rate === undefined ? firstCalls : Math.ceil(rate * seconds)
    return Math.max(calls, connections)
  }

  seen(name: string, callsPerSecond: number): void {
    this.#callsPerSecond.set(name, callsPerSecond)
  }
}
