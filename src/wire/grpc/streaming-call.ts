import type { Fields } from '../fields.js'
import { ErrorCode } from '../http2/error-code.js'
import type { Receiver, Stream } from '../http2/stream.js'
import { type Call, type CallDeps, ServerCall } from './call.js'
import type { CallHead } from './call-head.js'
import { IncomingMessages } from './incoming-messages.js'
import { messageRefusal, type RequestProblem } from './message-refusal.js'
import type { MessageReceiver, StreamingHandler } from './method.js'
import { Refusal } from './reply.js'
import {
  headersBlockWith,
  okTrailersBlockWith,
  refusalTrailersBlock,
  trailersOnlyBlock,
} from './reply-blocks.js'
import { Status } from './status.js'
import { writeMessage } from './write-message.js'

/** A call of many messages, as its handler sees it. */
export interface StreamingCall extends Call {
  /** Before the first message; sent with it otherwise. */
  sendHeaders(metadata: Fields): void
  /** Copies `message`. When it answers false, `drain` tells when to go on; what is sent is kept. */
  send(message: Uint8Array): boolean
  /** Ends the call: well, or with a refusal. Nothing is received any more. */
  finish(end?: Refusal | { readonly trailers: Fields }): void
  /** No messages come until `resume`; the client can send as much ahead as its window lets it. */
  pause(): void
  resume(): void
}

export class StreamingServerCall extends ServerCall implements Receiver, StreamingCall {
  readonly #incoming: IncomingMessages
  #receiver: MessageReceiver | undefined
  #hasHeaders = false
  #isFinished = false

  constructor(stream: Stream, head: CallHead, deps: CallDeps) {
    super(stream, head, deps)
    this.#incoming = new IncomingMessages(stream, {
      bytesMax: deps.limits.messageBytesMax,
      isGzip: head.isGzip,
      inflate: deps.inflate,
      onMessage: (message) => this.#guarded(() => this.#receiver?.message(message)),
      onMessageInPlace: (octets, start, end) => this.#messageInPlace(octets, start, end),
      onEnd: () => this.#guarded(() => this.#receiver?.end()),
      onProblem: (problem: RequestProblem) => this.finish(messageRefusal(problem)),
    })
  }

  open(handler: StreamingHandler): void {
    this.#guarded(() => {
      const opened = handler(this)
      if (opened instanceof Refusal) this.finish(opened)
      else this.#receiver = opened
    })
  }

  sendHeaders(metadata: Fields): void {
    if (this.#hasHeaders || this.#isFinished) return
    const block = headersBlockWith(metadata)
    this.#hasHeaders = true
    this.stream.respond(block)
  }

  send(message: Uint8Array): boolean {
    if (this.#isFinished) return false
    if (!this.#hasHeaders) this.sendHeaders([])
    return writeMessage(this.stream, message)
  }

  finish(end: Refusal | { readonly trailers: Fields } = { trailers: [] }): void {
    if (this.#isFinished) return
    if (end instanceof Refusal && !this.#hasHeaders) {
      const block = trailersOnlyBlock(end)
      this.#close()
      this.stream.respond(block, true)
      return
    }
    const block =
      end instanceof Refusal ? refusalTrailersBlock(end) : okTrailersBlockWith(end.trailers)
    this.sendHeaders([])
    this.#close()
    this.stream.finish(block)
  }

  pause(): void {
    this.#incoming.pause()
  }

  resume(): void {
    if (!this.#isFinished) this.#incoming.resume()
  }

  data(octets: Buffer, start: number, end: number, isLast: boolean): void {
    this.#incoming.data(octets, start, end)
    if (isLast) this.#incoming.end()
  }

  end(): void {
    this.#incoming.end()
  }

  drain(): void {
    if (!this.#isFinished) this.#guarded(() => this.#receiver?.drain?.())
  }

  cancel(): void {
    const isNews = !this.#isFinished
    this.#close()
    if (!isNews) return
    this.abandon()
    this.#guarded(() => this.#receiver?.cancel?.())
  }

  /** What is finished and still waits for its windows waits no longer. */
  expire(): void {
    if (this.#isFinished) {
      this.stream.reset(ErrorCode.cancel)
      return
    }
    const hasQueue = this.stream.queuedBytes > 0
    if (hasQueue) this.stream.reset(ErrorCode.cancel)
    else this.finish(new Refusal(Status.deadlineExceeded, 'the deadline has passed'))
    this.#close()
    this.abandon()
    this.#guarded(() => this.#receiver?.cancel?.())
  }

  /** Without a closure for `#guarded`: this is called for every message. */
  #messageInPlace(octets: Buffer, start: number, end: number): void {
    const receiver = this.#receiver
    try {
      if (receiver?.messageInPlace) receiver.messageInPlace(octets, start, end)
      else receiver?.message(octets.subarray(start, end))
    } catch (error) {
      this.#onMistake(error)
    }
  }

  #close(): void {
    this.#isFinished = true
    this.#incoming.discard()
  }

  /** A handler's mistake ends its call, and nothing else. */
  #guarded(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#onMistake(error)
    }
  }

  #onMistake(error: unknown): void {
    this.deps.onBug(error)
    this.finish(new Refusal(Status.internal, 'internal error'))
  }
}
