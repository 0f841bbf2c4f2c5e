import type { Call } from './call.js'
import type { Refusal, Reply } from './reply.js'
import type { StreamingCall } from './streaming-call.js'

/**
 * Answers one message with one. The message lies in what was read from the socket: who keeps it
 * longer than the call to this function, also behind an `await`, copies it. An answer that is given
 * at once is copied before anything else is handled.
 */
export type UnaryHandler = (message: Buffer, call: Call) => Reply | Promise<Reply>

/**
 * Answers at once, or answers `undefined` to leave the call to the `UnaryHandler`. The message is from
 * `start` to before `end` of `octets`: to make a Buffer of each costs more than most handlers do with it.
 */
export type InPlaceHandler = (
  octets: Buffer,
  start: number,
  end: number,
  call: Call,
) => Reply | undefined

/** Where the messages of a streaming call go. Nothing is called after `cancel`. */
export interface MessageReceiver {
  /** Good during the call only, as for unary calls. */
  message(message: Buffer): void
  /** Instead, if it is there, for messages that lie whole where they were read, as most do. */
  messageInPlace?(octets: Buffer, start: number, end: number): void
  /** The client has sent its last message. */
  end(): void
  /** There is room again, after a `send` that answered false. */
  drain?(): void
  /** The call is over without an answer: the client gave up, or the deadline has passed. */
  cancel?(): void
}

/** Begins a call of many messages in either direction or both. */
export type StreamingHandler = (call: StreamingCall) => MessageReceiver | Refusal

export interface UnaryMethod {
  readonly kind: 'unary'
  readonly handle: UnaryHandler
  /** Asked first about messages that lie whole and plain in what was read, as most do. */
  readonly handleInPlace?: InPlaceHandler
  /** Instead of that of all methods. */
  readonly timeoutMsMax?: number
}

export interface StreamingMethod {
  readonly kind: 'streaming'
  readonly open: StreamingHandler
  /** Instead of that of all methods, which is not applied to streams. */
  readonly timeoutMsMax?: number
}

export type Method = UnaryMethod | StreamingMethod
