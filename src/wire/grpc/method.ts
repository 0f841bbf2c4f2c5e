import type { Call } from './call.js'
import type { Refusal, Reply } from './reply.js'
import type { StreamingCall } from './streaming-call.js'

/**
 * Answers one message with one. The message lies in what was read from the socket: who keeps it
 * longer than the call to this function, also behind an `await`, copies it. An answer that is given
 * at once is copied before anything else is handled.
 */
export type UnaryHandler = (message: Buffer, call: Call) => Reply | Promise<Reply>

/** Where the messages of a streaming call go. Nothing is called after `cancel`. */
export interface MessageReceiver {
  /** Good during the call only, as for unary calls. */
  message(message: Buffer): void
  /** The client has sent its last message. */
  end(): void
  /** There is room again, after a `send` that answered false. */
  drain?(): void
  /** The call is over without an answer: the client gave up, or the deadline has passed. */
  cancel?(): void
}

/** Begins a call of many messages in either direction or both. */
export type StreamingHandler = (call: StreamingCall) => MessageReceiver | Refusal

export type Method =
  | {
      readonly kind: 'unary'
      readonly handle: UnaryHandler
      /** Instead of that of all methods. */
      readonly timeoutMsMax?: number
    }
  | {
      readonly kind: 'streaming'
      readonly open: StreamingHandler
      /** Instead of that of all methods, which is not applied to streams. */
      readonly timeoutMsMax?: number
    }
