import { Duplex } from 'node:stream'

/** Two ends of a connection within this process: what is written to one is read from the other. */
export function duplexPair(): readonly [Duplex, Duplex] {
  const one = new End()
  const other = new End()
  one.join(other)
  other.join(one)
  return [one, other]
}

class End extends Duplex {
  #other: End | undefined
  /** Tells the writer at the other end that what it wrote has been taken. */
  #taken: (() => void) | undefined

  constructor() {
    // An end that is closed by its reader still has things to say.
    super({ allowHalfOpen: true })
  }

  join(other: End): void {
    this.#other = other
  }

  override _read(): void {
    const taken = this.#taken
    this.#taken = undefined
    taken?.()
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    if (!this.#other || this.#other.destroyed) done(new Error('the other end is closed'))
    else if (this.#other.push(chunk)) done()
    else this.#other.#taken = done
  }

  override _final(done: () => void): void {
    this.#other?.push(null)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other
    this.#other = undefined
    // Not in this turn: whoever destroys an end does not expect the other to call back yet.
    if (other && !other.destroyed) setImmediate(() => other.destroy())
    this._read()
    done(error)
  }
}
