import type { Fields } from '../fields.js'
import type { Ending } from './closed-streams.js'
import { ErrorCode } from './error-code.js'
import type { Turn } from './turn.js'
import type { WholeAnswer } from './whole-answer.js'

/** Where one request's body and end go. Nothing is called any more after `cancel`. */
export interface Receiver {
  /**
   * The octets from `start` to before `end`, good only during the call; `stream.credit` says when
   * they are consumed. `isLast` for those with the end of the request.
   */
  data(octets: Buffer, start: number, end: number, isLast: boolean): void
  /** The request ended without data; with `trailers`, if the peer sent some. */
  end(trailers: Fields | undefined): void
  /** The stream is gone: by the peer, by the end of the connection, or by its deadline's. */
  cancel(code: number): void
  /** After a `write` that answered false: all that was written is on its way. */
  drain(): void
  /** The deadline that was set has passed. */
  expire(): void
}

/** What a stream needs of its connection. */
export interface StreamHost {
  readonly turn: Turn
  pump(stream: Stream): void
  message(stream: Stream, message: Uint8Array): boolean
  headers(stream: Stream, block: Uint8Array, isEnd: boolean): void
  whole(stream: Stream, answer: WholeAnswer, message: Uint8Array): boolean
  credit(stream: Stream, bytes: number): void
  reset(stream: Stream, code: ErrorCode): void
  wakeBy(atMs: number): void
  released(stream: Stream): void
  hold(bytes: number): boolean
  unhold(bytes: number): void
}

/**
 * RFC 9113 section 5.1: one request and its answer. Answers are kept until the windows let them go;
 * whoever writes more than one piece should wait for `drain` once `write` has answered false.
 */
export class Stream {
  readonly id: number
  readonly host: StreamHost
  receiver: Receiver | undefined
  beganAtMs = 0
  /** What may still be sent, and what may still come. */
  sendWindow = 0
  receiveWindow = 0
  /** Arrived and not consumed; consumed and not yet given back to the peer. */
  unconsumed = 0
  uncredited = 0
  /** What the stated content length leaves to come; `undefined` when none was stated. */
  bodyLeft: number | undefined
  isRemoteEnded = false
  isLocalEnded = false
  ending: Ending | undefined
  deadlineAtMs = Number.POSITIVE_INFINITY
  /** A handler runs; if the peer gives up now, it still counts against those at once. */
  isBusy = false
  /** Waiting for room in the windows. */
  queue: Uint8Array[] | undefined
  queuedBytes = 0
  /** Since when nothing of the queue has left, as far as anybody has looked. */
  stalledSinceMs = Number.POSITIVE_INFINITY
  /** The writer was told to wait. */
  isFull = false
  /** Follows the queue. */
  trailers: Uint8Array | undefined
  endsAfterQueue = false

  constructor(id: number, host: StreamHost) {
    this.id = id
    this.host = host
  }

  get isClosed(): boolean {
    return this.ending !== undefined
  }

  setDeadline(atMs: number): void {
    this.deadlineAtMs = atMs
    this.host.wakeBy(atMs)
  }

  /** An encoded header block, sent at once. */
  respond(block: Uint8Array, isEnd = false): void {
    if (!this.isClosed) this.host.headers(this, block, isEnd)
  }

  /** The whole answer in one go; answers false, having done nothing, when that cannot be now. */
  answer(answer: WholeAnswer, message: Uint8Array): boolean {
    return !this.isClosed && this.host.whole(this, answer, message)
  }

  /** A message in a frame of its own, copied; answers false as `answer` does. */
  message(message: Uint8Array): boolean {
    return !this.isClosed && this.host.message(this, message)
  }

  /** Keeps `octets`, which must not change any more. Answers whether there is room for more. */
  write(octets: Uint8Array): boolean {
    if (this.isClosed) return false
    if (octets.length > 0 && this.#enqueue(octets)) this.host.pump(this)
    this.isFull = this.queuedBytes > 0
    return !this.isFull
  }

  /** The end of the answer, after all that was written; with an encoded block of trailers or none. */
  finish(trailers?: Uint8Array): void {
    if (this.isClosed || this.endsAfterQueue) return
    this.trailers = trailers
    this.endsAfterQueue = true
    this.host.pump(this)
  }

  /** Gives the stream up; the receiver hears nothing more. */
  reset(code: ErrorCode): void {
    if (!this.isClosed) this.host.reset(this, code)
  }

  /** That many octets of the request are consumed: the peer may send as many again. */
  credit(bytes: number): void {
    if (!this.isClosed) this.host.credit(this, bytes)
  }

  busy(isBusy: boolean): void {
    const wasBusy = this.isBusy
    this.isBusy = isBusy
    if (wasBusy && !isBusy && this.isClosed) this.host.released(this)
  }

  #enqueue(octets: Uint8Array): boolean {
    if (!this.host.hold(octets.length)) {
      this.reset(ErrorCode.enhanceYourCalm)
      this.receiver?.cancel(ErrorCode.enhanceYourCalm)
      return false
    }
    this.queue ??= []
    this.queue.push(octets)
    this.queuedBytes += octets.length
    return true
  }
}
