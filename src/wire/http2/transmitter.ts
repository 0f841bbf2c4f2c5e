import { emptiedTable } from '../hpack/encoder.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import { Flag, FrameType, frameBytesMax } from './frame.js'
import { type Outbox, typeAndFlags } from './outbox.js'
import {
  defaultPeerSettings,
  initialWindowBytes,
  type PeerSettings,
  windowBytesMax,
} from './settings.js'
import type { Stream } from './stream.js'
import {
  type AnswerFrames,
  messagePrefixBytes,
  putMessage,
  type WholeAnswer,
} from './whole-answer.js'

const dataKind = typeAndFlags(FrameType.data)
const lastDataKind = typeAndFlags(FrameType.data, Flag.endStream)
const nothing = Buffer.alloc(0)
/** More than this is not made ready before what was made ready has left. */
const readyBytesMax = 262_144

export interface TransmitterEvents {
  /** The end of the answer is sent. */
  ended(stream: Stream): void
  /** What was held for the stream is sent. */
  sent(stream: Stream, bytes: number): void
}

/**
 * RFC 9113 sections 5.2 and 6.9, the sending side: lets answers go as far as the windows of the
 * stream and of the connection allow, and as the socket takes them. What waits for the connection
 * takes turns; what waits for its own stream is not looked at until that window grows.
 */
export class Transmitter {
  readonly outbox: Outbox
  readonly peer: PeerSettings = defaultPeerSettings()
  readonly #events: TransmitterEvents
  readonly #waiting = new Set<Stream>()
  #window = initialWindowBytes
  #owesTableUpdate = false
  #canTeach = true
  #taught: WholeAnswer | undefined
  #isCongested = false

  constructor(outbox: Outbox, events: TransmitterEvents) {
    this.outbox = outbox
    this.#events = events
  }

  /** RFC 7541 section 4.2: a table made smaller than it is by default is owed a word about it. */
  shrinkTable(): void {
    this.#owesTableUpdate = true
    this.#canTeach = false
    this.#taught = undefined
  }

  headers(streamId: number, block: Uint8Array, isEnd: boolean): void {
    let rest = block
    if (this.#owesTableUpdate) {
      this.#owesTableUpdate = false
      rest = Buffer.concat([emptiedTable, block])
    }
    let kind = typeAndFlags(FrameType.headers, isEnd ? Flag.endStream : Flag.none)
    while (rest.length > frameBytesMax) {
      this.outbox.append(rest.subarray(0, frameBytesMax), kind, streamId)
      rest = rest.subarray(frameBytesMax)
      kind = typeAndFlags(FrameType.continuation)
    }
    this.outbox.append(rest, kind | Flag.endHeaders, streamId)
  }

  /** Answers false, having done nothing, when the windows or the socket do not let it go now. */
  whole(stream: Stream, answer: WholeAnswer, message: Uint8Array): boolean {
    const bytes = messagePrefixBytes + message.length
    if (bytes > this.#room(stream) || this.#owesTableUpdate) return false
    this.#window -= bytes
    this.#formOf(answer).put(this.outbox, stream.id, message)
    return true
  }

  /** One message in a frame of its own; answers false as `whole` does. */
  message(stream: Stream, message: Uint8Array): boolean {
    const bytes = messagePrefixBytes + message.length
    if (bytes > this.#room(stream) || stream.queuedBytes > 0) return false
    this.#window -= bytes
    stream.sendWindow -= bytes
    const at = this.outbox.frame(bytes, dataKind, stream.id)
    putMessage(this.outbox.octets, at, message)
    return true
  }

  /** Sends what may be sent of the stream's queue, and then its end. */
  pump(stream: Stream): void {
    while (stream.queue && stream.queue.length > 0) {
      const { queue } = stream
      const room = this.#room(stream)
      if (room === 0) {
        this.#wait(stream)
        return
      }
      this.#sendFirst(stream, queue, room)
    }
    if (stream.endsAfterQueue) this.#sendEnd(stream)
  }

  /** The connection's window grows. */
  grow(bytes: number): void {
    this.#window += bytes
    if (this.#window > windowBytesMax) {
      throw new ConnectionError(ErrorCode.flowControlError, 'the window is too large')
    }
    this.#pumpWaiting()
  }

  /** Said after each write: whether the socket holds back. When it does not, what waits goes on. */
  congest(isCongested: boolean): void {
    this.#isCongested = isCongested
    this.#pumpWaiting()
  }

  forget(stream: Stream): void {
    this.#waiting.delete(stream)
  }

  /** One answer is taught to a peer, the first, and none to one that has ever made its table small. */
  #formOf(answer: WholeAnswer): AnswerFrames {
    if (this.#taught === answer) return answer.taught
    if (this.#taught || !this.#canTeach) return answer.plain
    this.#taught = answer
    return answer.teaching
  }

  #room(stream: Stream): number {
    if (this.#isCongested || this.outbox.bytes > readyBytesMax) return 0
    return Math.max(0, Math.min(stream.sendWindow, this.#window, frameBytesMax))
  }

  #wait(stream: Stream): void {
    if (stream.sendWindow > 0) this.#waiting.add(stream)
    else this.#waiting.delete(stream)
  }

  #pumpWaiting(): void {
    for (const stream of [...this.#waiting]) {
      if (this.#window <= 0 || this.#isCongested) return
      if (this.outbox.bytes > readyBytesMax) return
      // To the end of the row: nobody goes first twice.
      this.#waiting.delete(stream)
      this.pump(stream)
    }
  }

  #sendFirst(stream: Stream, queue: Uint8Array[], room: number): void {
    const first = queue[0] ?? nothing
    const piece = first.length <= room ? first : first.subarray(0, room)
    if (piece === first) queue.shift()
    else queue[0] = first.subarray(room)
    const isLast = queue.length === 0 && stream.endsAfterQueue && !stream.trailers
    this.#window -= piece.length
    stream.sendWindow -= piece.length
    this.outbox.append(piece, isLast ? lastDataKind : dataKind, stream.id)
    this.#events.sent(stream, piece.length)
    if (isLast) this.#events.ended(stream)
  }

  #sendEnd(stream: Stream): void {
    if (stream.isLocalEnded) return
    if (stream.trailers) this.headers(stream.id, stream.trailers, true)
    else this.outbox.append(nothing, lastDataKind, stream.id)
    this.#events.ended(stream)
  }
}
