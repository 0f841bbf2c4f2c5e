import type { Stream } from '../http2/stream.js'
import { OctetQueue } from '../octet-queue.js'
import type { Inflate } from './inflate.js'
import { MessageReader } from './message-reader.js'
import type { RequestProblem } from './message-refusal.js'
import { plainMessageEnd, prefixBytes } from './plain-message.js'

/** Given out before somebody looks whether the turn takes too long: some take microseconds. */
const messagesPerLook = 64

export interface IncomingMessagesDeps {
  readonly bytesMax: number
  readonly isGzip: boolean
  readonly inflate: Inflate
  onMessage(message: Buffer): void
  /** Instead, of messages that lie whole where they were read: from `start` to before `end`. */
  onMessageInPlace(octets: Buffer, start: number, end: number): void
  /** After the last message. */
  onEnd(): void
  /** Nothing more is read after one. */
  onProblem(problem: RequestProblem): void
}

/**
 * The messages of a stream in order, one at a time, at the pace of whoever takes them. While nobody
 * does, what comes is kept and not credited, so that the windows hold the client back.
 */
export class IncomingMessages {
  readonly #stream: Stream
  readonly #deps: IncomingMessagesDeps
  readonly #reader: MessageReader
  /** Its capacity is what the stream's host is asked to hold. */
  readonly #backlog = new OctetQueue()
  #isPaused = false
  #isInflating = false
  #isReading = false
  #isResting = false
  #isLast = false
  #isOver = false

  constructor(stream: Stream, deps: IncomingMessagesDeps) {
    this.#stream = stream
    this.#deps = deps
    this.#reader = new MessageReader({
      bytesMax: deps.bytesMax,
      take: (bytes) => stream.host.hold(bytes),
      give: (bytes) => stream.host.unhold(bytes),
    })
  }

  data(octets: Buffer, start: number, end: number): void {
    if (this.#isOver) return
    const at = this.#canRead && this.#backlog.bytes === 0 ? this.#read(octets, start, end) : start
    if (at < end && !this.#isOver) this.#keep(octets.subarray(at, end))
  }

  end(): void {
    this.#isLast = true
    this.#readBacklog()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#readBacklog()
  }

  discard(): void {
    this.#isOver = true
    this.#stream.host.unhold(this.#backlog.capacity)
    this.#backlog.clear()
    this.#reader.discard()
  }

  /** Not within a read: a message's taker may pause and resume, and must not get the next inside. */
  get #canRead(): boolean {
    const isBusy = this.#isReading || this.#isInflating || this.#isResting
    return !isBusy && !this.#isPaused && !this.#isOver
  }

  /** One frame may hold thousands of messages: everybody else gets a turn before the rest is read. */
  #restIfLong(): void {
    const { turn } = this.#stream.host
    if (!turn.isLong()) return
    this.#isResting = true
    turn.rest(() => {
      this.#isResting = false
      this.#readBacklog()
    })
  }

  #readBacklog(): void {
    while (this.#canRead) {
      const { octets, start, end } = this.#backlog
      if (start === end) {
        this.#endIfLast()
        return
      }
      const at = this.#read(octets, start, end)
      if (this.#isOver) return
      const { capacity } = this.#backlog
      this.#backlog.shift(at - start)
      this.#stream.host.unhold(capacity - this.#backlog.capacity)
    }
  }

  #keep(octets: Buffer): void {
    const { capacity } = this.#backlog
    const needed = this.#backlog.capacityFor(octets.length)
    if (needed > capacity && !this.#stream.host.hold(needed - capacity)) {
      this.#fail('no-room')
      return
    }
    this.#backlog.push(octets)
    if (needed < capacity) this.#stream.host.unhold(capacity - needed)
  }

  /** Reads as long as messages are taken; answers how far, and credits as much. */
  #read(octets: Buffer, start: number, end: number): number {
    let at = start
    for (let given = 1; at < end && this.#canRead; given++) {
      if (given % messagesPerLook === 0) this.#restIfLong()
      const plainEnd = this.#plainEnd(octets, at, end)
      if (plainEnd > 0) {
        this.#deliverInPlace(octets, at + prefixBytes, plainEnd)
        at = plainEnd
        continue
      }
      at = this.#reader.next(octets, at, end)
      this.#take(this.#reader)
    }
    this.#stream.credit(at - start)
    return at
  }

  /** 0 for what the reader has to look at. */
  #plainEnd(octets: Buffer, start: number, end: number): number {
    if (!this.#reader.isEmpty) return 0
    const plainEnd = plainMessageEnd(octets, start, end)
    return plainEnd - start - prefixBytes > this.#deps.bytesMax ? 0 : plainEnd
  }

  #take({ message, isCompressed, problem }: MessageReader): void {
    if (problem) this.#fail(problem)
    else if (!message) return
    else if (!isCompressed) this.#deliver(message)
    else if (this.#deps.isGzip) void this.#inflate(Buffer.from(message))
    else this.#fail('not-announced')
  }

  async #inflate(message: Buffer): Promise<void> {
    const { host } = this.#stream
    if (!host.hold(message.length)) {
      this.#fail('no-room')
      return
    }
    this.#isInflating = true
    const inflated = await this.#deps.inflate(message, this.#deps.bytesMax)
    host.unhold(message.length)
    this.#isInflating = false
    if (this.#isOver) return
    if (typeof inflated === 'string') return this.#fail(inflated)
    this.#deliver(inflated)
    this.#readBacklog()
  }

  #deliver(message: Buffer): void {
    this.#isReading = true
    this.#deps.onMessage(message)
    this.#isReading = false
  }

  #deliverInPlace(octets: Buffer, start: number, end: number): void {
    this.#isReading = true
    this.#deps.onMessageInPlace(octets, start, end)
    this.#isReading = false
  }

  #endIfLast(): void {
    if (!this.#isLast || this.#isOver) return
    if (!this.#reader.isEmpty) {
      this.#fail('cut-off')
      return
    }
    this.#isOver = true
    this.#deps.onEnd()
  }

  #fail(problem: RequestProblem): void {
    this.#isOver = true
    this.#deps.onProblem(problem)
  }
}
