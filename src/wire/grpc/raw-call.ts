import type { Fields } from '../fields.js'
import { encodeFields } from '../hpack/encoder.js'
import { ErrorCode } from '../http2/error-code.js'
import type { Receiver, Stream } from '../http2/stream.js'
import { type Call, type CallDeps, ServerCall } from './call.js'
import type { CallHead } from './call-head.js'
import { messageRefusal, type RequestProblem } from './message-refusal.js'
import { Refusal } from './reply.js'
import { refusalTrailersBlock, trailersOnlyBlock } from './reply-blocks.js'
import { Status } from './status.js'

/** A call whose handler speaks HTTP itself: octets of a body in, any answer out. */
export interface RawCall extends Call {
  /** The request's header list, pseudo-header fields included. */
  readonly fields: Fields
  /** What is left of the stated timeout at the beginning; infinite without one. */
  readonly timeoutMs: number
  /** The answer's headers, `:status` first. */
  respond(fields: Fields, isEnd?: boolean): void
  /** Keeps `octets`. When it answers false, `drain` tells when to go on. */
  write(octets: Uint8Array): boolean
  finish(trailers?: Fields): void
  reset(code: number): void
  /** So many octets of the body are consumed, and the client may send as many again. */
  consumed(bytes: number): void
  /** Counts memory that the call takes elsewhere; answers false, having done nothing, for too much. */
  hold(bytes: number): boolean
  /** Of what was held; also after the end of the call. */
  unhold(bytes: number): void
  /** Ends the call, whatever it has answered so far. */
  refuse(problem: RequestProblem): void
}

/** Where the body of a raw call goes. Nothing is called after `cancel` and after a refusal. */
export interface RawReceiver {
  /** Good during the call only. */
  data(octets: Buffer): void
  end(trailers: Fields | undefined): void
  drain(): void
  /** With the peer's error code. Also when the deadline has passed. */
  cancel(code: number): void
}

export type Fallback = (call: RawCall) => RawReceiver

export interface RawCallDeps {
  readonly stream: Stream
  readonly head: CallHead
  readonly deps: CallDeps
  readonly fallback: Fallback
}

export function openRawCall({ stream, head, deps, fallback }: RawCallDeps): Receiver {
  const call = new RawServerCall(stream, head, deps)
  call.open(fallback)
  return call
}

class RawServerCall extends ServerCall implements Receiver, RawCall {
  #receiver: RawReceiver | undefined
  #hasResponded = false

  /**
   * What kind of call this is is not known here, and streams may last. But a request that does not
   * come to its end is given up, like that of a unary call, unless an answer shows that it is a stream.
   */
  open(fallback: Fallback): void {
    const dueAtMs = this.stream.beganAtMs + this.deps.limits.timeoutMsDefault
    if (dueAtMs < this.deadlineAtMs) this.stream.setDeadline(dueAtMs)
    this.#guarded(() => {
      this.#receiver = fallback(this)
    })
  }

  get fields(): Fields {
    return this.head.fields
  }

  get timeoutMs(): number {
    return this.head.timeoutMs
  }

  respond(fields: Fields, isEnd = false): void {
    this.#hasResponded = true
    this.stream.setDeadline(this.deadlineAtMs)
    this.stream.respond(encodeFields(fields), isEnd)
  }

  write(octets: Uint8Array): boolean {
    return this.stream.write(octets)
  }

  finish(trailers?: Fields): void {
    this.stream.finish(trailers && trailers.length > 0 ? encodeFields(trailers) : undefined)
  }

  reset(code: number): void {
    this.stream.reset(knownCode(code))
  }

  consumed(bytes: number): void {
    this.stream.credit(bytes)
  }

  hold(bytes: number): boolean {
    return this.stream.host.hold(bytes)
  }

  unhold(bytes: number): void {
    this.stream.host.unhold(bytes)
  }

  refuse(problem: RequestProblem): void {
    this.#refuse(messageRefusal(problem))
    this.abandon()
  }

  data(octets: Buffer, start: number, end: number, isLast: boolean): void {
    this.#guarded(() => {
      if (end > start) this.#receiver?.data(octets.subarray(start, end))
    })
    if (isLast) this.end(undefined)
  }

  end(trailers: Fields | undefined): void {
    if (this.isCancelled) return
    this.stream.setDeadline(this.deadlineAtMs)
    this.#guarded(() => this.#receiver?.end(trailers))
  }

  drain(): void {
    this.#guarded(() => this.#receiver?.drain())
  }

  cancel(code: number): void {
    this.abandon()
    this.#guarded(() => this.#receiver?.cancel(code))
  }

  expire(): void {
    if (this.#hasResponded) this.stream.reset(ErrorCode.cancel)
    else this.#refuse(new Refusal(Status.deadlineExceeded, 'the deadline has passed'))
    this.cancel(ErrorCode.cancel)
  }

  #refuse(refusal: Refusal): void {
    if (this.#hasResponded) this.stream.finish(refusalTrailersBlock(refusal))
    else this.stream.respond(trailersOnlyBlock(refusal), true)
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.deps.onBug(error)
      if (this.#hasResponded) this.stream.reset(ErrorCode.internalError)
      else this.#refuse(new Refusal(Status.internal, 'internal error'))
    }
  }
}

/** Codes that RFC 9113 does not know mean no more than that something went wrong. */
function knownCode(code: number): ErrorCode {
  return Object.values(ErrorCode).find((known) => known === code) ?? ErrorCode.internalError
}
