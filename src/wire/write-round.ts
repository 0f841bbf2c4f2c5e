/** As long as answers wait at most for those of other connections. */
const roundMsMax = 0.5

interface Flushable {
  flush(): void
}

/**
 * Writes of all connections, gathered until everything that was ready to be read has been. To read and
 * decide for one connection after another, and then to write to one after another, is a twentieth less
 * work than to do all of it in turns: the way into the kernel and back is long, and each time drives the
 * rest of the program out of the processor's nearest memory.
 */
export class WriteRound {
  #waiting: Flushable[] = []
  #sinceMs = 0
  #isDue = false

  /** `connection` is flushed soon: as the first of a round at `nowMs`, or along with the first. */
  add(connection: Flushable, nowMs: number): void {
    if (this.#waiting.length === 0) this.#begin(nowMs)
    this.#waiting.push(connection)
    if (nowMs - this.#sinceMs > roundMsMax) this.#flush()
  }

  #begin(nowMs: number): void {
    this.#sinceMs = nowMs
    if (this.#isDue) return
    this.#isDue = true
    setImmediate(this.#end)
  }

  readonly #end = (): void => {
    this.#isDue = false
    this.#flush()
  }

  #flush(): void {
    const connections = this.#waiting
    this.#waiting = []
    for (const connection of connections) connection.flush()
  }
}
