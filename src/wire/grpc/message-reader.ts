import { uint32At } from '../octets.js'
import { prefixBytes } from './plain-message.js'

const firstCapacity = 1_024

/** Why reading a message cannot go on. */
export type MessageProblem = 'too-large' | 'bad-flag' | 'no-room'

export interface MessageReaderDeps {
  readonly bytesMax: number
  /** Asks for memory, which `give` takes back. */
  take(bytes: number): boolean
  give(bytes: number): void
}

/**
 * Messages out of the octets of a request: a flag, a length and so many octets each. A message that
 * is whole where it lies is answered in place; others are gathered in memory that grows with what
 * has come, never with what was promised.
 */
export class MessageReader {
  /** Set when `next` has read a message to its end. In place, it is good as long as its octets. */
  message: Buffer | undefined
  isCompressed = false
  problem: MessageProblem | undefined
  readonly #deps: MessageReaderDeps
  readonly #prefix = Buffer.alloc(prefixBytes)
  #prefixFilled = 0
  #gathered: Buffer | undefined
  #filled = 0

  constructor(deps: MessageReaderDeps) {
    this.#deps = deps
  }

  /** Between messages. */
  get isEmpty(): boolean {
    return this.#prefixFilled === 0
  }

  /** Reads no further than the end of one message, and answers how far. */
  next(octets: Buffer, start: number, end: number): number {
    this.message = undefined
    let at = start
    while (at < end && this.#prefixFilled < prefixBytes) {
      this.#prefix[this.#prefixFilled++] = octets[at++] ?? 0
    }
    if (this.#prefixFilled < prefixBytes) return at
    const length = uint32At(this.#prefix, 1)
    this.problem ??= this.#findProblem(length)
    if (this.problem) return end
    if (!this.#gathered && end - at >= length) {
      this.#complete(octets.subarray(at, at + length))
      return at + length
    }
    return this.#gather(octets, at, Math.min(end, at + length - this.#filled))
  }

  /** Gives back what was gathered. */
  discard(): void {
    if (this.#gathered) this.#deps.give(this.#gathered.length)
    this.#gathered = undefined
    this.#filled = 0
    this.#prefixFilled = 0
  }

  #findProblem(length: number): MessageProblem | undefined {
    const flag = this.#prefix[0] ?? 0
    if (flag > 1) return 'bad-flag'
    return length > this.#deps.bytesMax ? 'too-large' : undefined
  }

  #gather(octets: Buffer, start: number, end: number): number {
    const length = uint32At(this.#prefix, 1)
    const gathered = this.#roomFor(this.#filled + end - start, length)
    if (!gathered) {
      this.problem = 'no-room'
      return end
    }
    octets.copy(gathered, this.#filled, start, end)
    this.#filled += end - start
    if (this.#filled === length) {
      this.#deps.give(gathered.length)
      this.#gathered = undefined
      this.#complete(gathered.subarray(0, length))
    }
    return end
  }

  #roomFor(bytes: number, length: number): Buffer | undefined {
    const old = this.#gathered
    if (old && old.length >= bytes) return old
    const capacity = Math.min(length, Math.max(bytes, firstCapacity, (old?.length ?? 0) * 2))
    if (!this.#deps.take(capacity)) return undefined
    const room = Buffer.allocUnsafe(capacity)
    if (old) {
      old.copy(room, 0, 0, this.#filled)
      this.#deps.give(old.length)
    }
    this.#gathered = room
    return room
  }

  #complete(message: Buffer): void {
    this.message = message
    this.isCompressed = this.#prefix[0] === 1
    this.#prefixFilled = 0
    this.#filled = 0
  }
}
