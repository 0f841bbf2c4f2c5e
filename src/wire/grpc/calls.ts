import type { HeaderList } from '../hpack/decoder.js'
import type { Acceptor } from '../http2/requests.js'
import type { Receiver, Stream } from '../http2/stream.js'
import type { CallDeps } from './call.js'
import { type CallHead, readCallHead } from './call-head.js'
import type { Method, StreamingHandler, UnaryMethod } from './method.js'
import type { Fallback } from './raw-call.js'
import { openRawCall } from './raw-call.js'
import { StreamingServerCall } from './streaming-call.js'
import { UnaryCall } from './unary-call.js'

export interface CallsDeps extends CallDeps {
  readonly findMethod: (path: string) => Method | undefined
  /** Answers what no method does. */
  readonly fallback: Fallback | undefined
}

/** Requests of one connection to the handlers of calls. */
export class Calls implements Acceptor<CallHead> {
  readonly #deps: CallsDeps

  constructor(deps: CallsDeps) {
    this.#deps = deps
  }

  readHead(list: HeaderList): CallHead {
    const { findMethod, fallback, limits } = this.#deps
    return readCallHead(list, { findMethod, limits, hasFallback: fallback !== undefined })
  }

  accept(stream: Stream, head: CallHead): Receiver {
    const { method, refusalBlock } = head
    if (refusalBlock) {
      stream.respond(refusalBlock, true)
      return deaf
    }
    if (!method) return this.#openRaw(stream, head)
    if (method.kind === 'unary') return this.#openUnary(stream, head, method)
    return this.#openStreaming(stream, head, method.open)
  }

  #openUnary(stream: Stream, head: CallHead, method: UnaryMethod): Receiver {
    return new UnaryCall(stream, head, this.#deps, method)
  }

  #openStreaming(stream: Stream, head: CallHead, open: StreamingHandler): Receiver {
    const call = new StreamingServerCall(stream, head, this.#deps)
    call.open(open)
    return call
  }

  #openRaw(stream: Stream, head: CallHead): Receiver {
    const { fallback } = this.#deps
    return fallback ? openRawCall({ stream, head, deps: this.#deps, fallback }) : deaf
  }
}

/** For streams that are answered already. */
const deaf: Receiver = { data() {}, end() {}, cancel() {}, drain() {}, expire() {} }
