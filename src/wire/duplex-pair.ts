import { Duplex } from 'node:stream'

/**
 * Two ends of a connection within this process: what is written to one is read from the other. A writer
 * never waits for the reader: node:http2 does not read while it writes, so two that wait for each other
 * would wait for ever. How much lies between them is for the windows of HTTP/2 to bound.
 */
export function duplexPair(): readonly [Duplex, Duplex] {
  const one = new End()
  const other = new End()
  one.join(other)
  other.join(one)
  return [one, other]
}

class End extends Duplex {
  #other: End | undefined

  constructor() {
    // An end that is closed by its reader still has things to say.
    super({ allowHalfOpen: true })
  }

  join(other: End): void {
    this.#other = other
  }

  override _read(): void {}

  /** Later, as on a socket: node:http2 aborts the process when octets come to it while it writes. */
  override _write(chunk: Buffer, _: BufferEncoding, done: (error?: Error) => void): void {
    process.nextTick(() => {
      if (!this.#other || this.#other.destroyed) {
        done(new Error('the other end is closed'))
        return
      }
      this.#other.push(chunk)
      done()
    })
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
    done(error)
  }
}
