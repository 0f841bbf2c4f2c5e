import { ClosedStreams, Ending } from './closed-streams.js'
import type { Stream } from './stream.js'

const placesCount = 64

/** RFC 9113 sections 5.1.1 and 5.1.2: which streams there are, were, and may still be. */
export class StreamTable {
  /** The highest that the peer has begun. */
  lastId = 0
  /** Open ones, each at the place of its identifier; begun and ended all the time, with no map to grow. */
  readonly #places = new Array<Stream | undefined>(placesCount).fill(undefined)
  /** Those that stay so long that a later one came to their place. */
  readonly #displaced = new Map<number, Stream>()
  readonly #closed = new ClosedStreams()
  #size = 0
  #orphans = 0

  /** Calls that cost this side something: open ones, and handlers whose stream is gone. */
  get load(): number {
    return this.#size + this.#orphans
  }

  get size(): number {
    return this.#size
  }

  /** In the order in which they were begun. */
  all(): Stream[] {
    const open = [...this.#displaced.values(), ...this.#places].filter((each) => each !== undefined)
    return open.sort((one, other) => one.id - other.id)
  }

  /** Streams are begun in the order of their identifiers: beyond the last there is nothing to look for. */
  find(id: number): Stream | undefined {
    if (id > this.lastId) return undefined
    const stream = this.#places[placeOf(id)]
    return stream?.id === id ? stream : this.#displaced.get(id)
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
    const place = placeOf(stream.id)
    const older = this.#places[place]
    if (older) this.#displaced.set(older.id, older)
    this.#places[place] = stream
    this.#size += 1
  }

  remove(stream: Stream, ending: Ending): void {
    stream.ending = ending
    const place = placeOf(stream.id)
    if (this.#places[place] === stream) this.#places[place] = undefined
    else this.#displaced.delete(stream.id)
    this.#size -= 1
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

/** A client's streams have odd identifiers, and mostly follow one another. */
function placeOf(id: number): number {
  return (id >> 1) & (placesCount - 1)
}
