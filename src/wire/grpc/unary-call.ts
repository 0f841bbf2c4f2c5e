import { ErrorCode } from '../http2/error-code.js'
import type { Receiver, Stream } from '../http2/stream.js'
import { type CallDeps, ServerCall } from './call.js'
import type { CallHead } from './call-head.js'
import { MessageReader } from './message-reader.js'
import { messageRefusal, type RequestProblem } from './message-refusal.js'
import type { UnaryMethod } from './method.js'
import { plainMessageEnd, prefixBytes } from './plain-message.js'
import { type Answer, Refusal, type Reply } from './reply.js'
import {
  headersBlock,
  headersBlockWith,
  okAnswer,
  okTrailersBlock,
  okTrailersBlockWith,
  trailersOnlyBlock,
} from './reply-blocks.js'
import { Status } from './status.js'
import { writeMessage } from './write-message.js'

/** A call of one message and one answer. */
export class UnaryCall extends ServerCall implements Receiver {
  readonly #method: UnaryMethod
  #reader: MessageReader | undefined
  #message: Buffer | undefined
  #isCompressed = false
  #isInflating = false
  #isAnswered = false

  constructor(stream: Stream, head: CallHead, deps: CallDeps, method: UnaryMethod) {
    super(stream, head, deps)
    this.#method = method
  }

  /** The common case first: the whole request in one frame. */
  data(octets: Buffer, start: number, end: number, isLast: boolean): void {
    if (isLast && !this.#reader && this.#isWholeAndPlain(octets, start, end)) {
      this.#runInPlace(octets, start + prefixBytes, end)
      return
    }
    this.#gather(octets, start, end)
    if (isLast) this.end()
  }

  end(): void {
    if (this.#isAnswered) return
    if (this.#reader && !this.#reader.isEmpty) {
      this.#refuseMessage('cut-off')
      return
    }
    if (!this.#message) {
      this.#refuseMessage('none')
      return
    }
    const message = this.#message
    if (this.#isCompressed) return void this.#inflateAndRun(message)
    this.#forgetMessage()
    this.#run(message)
  }

  cancel(): void {
    this.#reader?.discard()
    this.#forgetMessage()
    this.#isAnswered = true
    this.abandon()
  }

  drain(): void {}

  /** The deadline also holds for a client that does not take its answer. */
  expire(): void {
    if (this.#isAnswered) {
      this.stream.reset(ErrorCode.cancel)
      return
    }
    this.#answer(new Refusal(Status.deadlineExceeded, 'the deadline has passed'))
    this.abandon()
  }

  #isWholeAndPlain(octets: Buffer, start: number, end: number): boolean {
    if (end - start - prefixBytes > this.deps.limits.messageBytesMax) return false
    return plainMessageEnd(octets, start, end) === end
  }

  #gather(octets: Buffer, start: number, end: number): void {
    if (this.#isAnswered) return
    this.#reader ??= this.#createReader()
    for (let at = start; at < end && !this.#isAnswered; ) {
      if (this.#message) {
        this.#refuseMessage('second')
        return
      }
      at = this.#reader.next(octets, at, end)
      if (this.#reader.problem) {
        this.#refuseMessage(this.#reader.problem)
        return
      }
      this.#keepMessage(this.#reader)
    }
    this.stream.credit(end - start)
  }

  #createReader(): MessageReader {
    const { host } = this.stream
    return new MessageReader({
      bytesMax: this.deps.limits.messageBytesMax,
      take: (bytes) => host.hold(bytes),
      give: (bytes) => host.unhold(bytes),
    })
  }

  /** Until the end of the request, which may come much later, so it is copied and counted. */
  #keepMessage({ message, isCompressed }: MessageReader): void {
    if (!message) return
    if (isCompressed && !this.head.isGzip) {
      this.#refuseMessage('not-announced')
      return
    }
    if (!this.stream.host.hold(message.length)) {
      this.#refuseMessage('no-room')
      return
    }
    this.#message = Buffer.from(message)
    this.#isCompressed = isCompressed
  }

  /** Not while it is read, or waits to be, whatever becomes of the call meanwhile. */
  #forgetMessage(): void {
    if (this.#isInflating) return
    if (this.#message) this.stream.host.unhold(this.#message.length)
    this.#message = undefined
  }

  async #inflateAndRun(message: Buffer): Promise<void> {
    this.stream.busy(true)
    this.#isInflating = true
    const inflated = await this.deps.inflate(message, this.deps.limits.messageBytesMax)
    this.#isInflating = false
    this.#forgetMessage()
    this.stream.busy(false)
    if (this.#isAnswered) return
    if (typeof inflated === 'string') this.#refuseMessage(inflated)
    else this.#run(inflated)
  }

  #runInPlace(octets: Buffer, start: number, end: number): void {
    try {
      const reply = this.#method.handleInPlace?.(octets, start, end, this)
      if (reply) this.#answer(reply)
      else this.#run(octets.subarray(start, end))
    } catch (error) {
      this.#answerBug(error)
    }
  }

  #run(message: Buffer): void {
    try {
      const reply = this.#method.handle(message, this)
      if (reply instanceof Promise) void this.#answerLater(reply)
      else this.#answer(reply)
    } catch (error) {
      this.#answerBug(error)
    }
  }

  async #answerLater(reply: Promise<Reply>): Promise<void> {
    this.stream.busy(true)
    try {
      const settled = await reply
      if (!this.#isAnswered) this.#answer(settled)
    } catch (error) {
      this.#answerBug(error)
    }
    this.stream.busy(false)
  }

  #answer(reply: Reply): void {
    // Not by `instanceof`, which costs as much as some other parts of a call.
    if (ArrayBuffer.isView(reply)) this.#answerWithMessage(reply)
    else if (reply instanceof Refusal) this.#refuse(reply)
    else this.#answerWithMetadata(reply)
  }

  #answerWithMessage(message: Uint8Array): void {
    this.#isAnswered = true
    if (this.stream.answer(okAnswer, message)) return
    this.stream.respond(headersBlock)
    writeMessage(this.stream, message)
    this.stream.finish(okTrailersBlock)
  }

  /** The blocks first: metadata that cannot be sent throws, and must find the call unanswered. */
  #refuse(refusal: Refusal): void {
    const block = trailersOnlyBlock(refusal)
    this.#isAnswered = true
    this.#reader?.discard()
    this.#forgetMessage()
    this.stream.respond(block, true)
  }

  #answerWithMetadata({ message, headers, trailers }: Answer): void {
    const opening = headersBlockWith(headers)
    const closing = okTrailersBlockWith(trailers)
    this.#isAnswered = true
    this.stream.respond(opening)
    writeMessage(this.stream, message)
    this.stream.finish(closing)
  }

  #answerBug(error: unknown): void {
    this.deps.onBug(error)
    if (!this.#isAnswered) this.#answer(new Refusal(Status.internal, 'internal error'))
  }

  #refuseMessage(problem: RequestProblem): void {
    this.#answer(messageRefusal(problem))
  }
}
