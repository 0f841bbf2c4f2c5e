import { ClosedStreams, Ending } from './closed-streams.js'
import type { Stream } from './stream.js'

/** RFC 9113 sections 5.1.1 and 5.1.2: which streams there are, were, and may still be. */
export class StreamTable {
  /** The highest that the peer has begun. */
  lastId = 0
  readonly #open = new Map<number, Stream>()
  /** The one begun last, which is not in the map: most end before the next begins. */
  #latest: Stream | undefined
  readonly #closed = new ClosedStreams()
  #orphans = 0

  /** Calls that cost this side something: open ones, and handlers whose stream is gone. */
  get load(): number {
    return this.size + this.#orphans
  }

  get size(): number {
    return this.#latest ? this.#open.size + 1 : this.#open.size
  }

  /** In the order in which they were begun. */
  all(): Stream[] {
    const older = this.#open.values()
    return this.#latest ? [...older, this.#latest] : [...older]
  }

  find(id: number): Stream | undefined {
    return this.#latest?.id === id ? this.#latest : this.#open.get(id)
  }

  /** Never begun by the peer, and never to be by this side. */
  isIdle(id: number): boolean {
    return id > this.lastId || (id & 1) === 0
  }

  /** How a stream that is not open ended. */
  ending(id: number): number {
    return this.#closed.ending(id)
  }

  add(stream: Stream): void {
    if (this.#latest) this.#open.set(this.#latest.id, this.#latest)
    this.#latest = stream
  }

  remove(stream: Stream, ending: Ending): void {
    stream.ending = ending
    if (stream === this.#latest) this.#latest = undefined
    else this.#open.delete(stream.id)
    this.#closed.note(stream.id, ending)
    if (stream.isBusy) this.#orphans += 1
  }

  /** A stream that is refused before it was open: what follows on it is on its way already. */
  refuse(id: number): void {
    this.#closed.note(id, Ending.resetHere)
  }

  /** The handler of a stream that is gone has ended. */
  releaseOrphan(): void {
    this.#orphans -= 1
  }
}
