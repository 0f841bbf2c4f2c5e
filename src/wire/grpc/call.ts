import type { Stream } from '../http2/stream.js'
import type { Peer } from '../peer.js'
import type { CallHead } from './call-head.js'
import type { Inflate } from './inflate.js'
import type { Metadata } from './metadata.js'

export interface CallLimits {
  readonly messageBytesMax: number
  /** For clients that state no deadline, and for those that state a later one. */
  readonly timeoutMsDefault: number
  readonly timeoutMsMax: number
}

export const defaultCallLimits: CallLimits = {
  messageBytesMax: 4_194_304,
  timeoutMsDefault: 60_000,
  timeoutMsMax: 300_000,
}

export interface CallDeps {
  readonly limits: CallLimits
  readonly peer: Peer
  readonly inflate: Inflate
  /** A handler threw. */
  onBug(error: unknown): void
}

/** What is known about a call. */
export interface Call {
  readonly path: string
  readonly metadata: Metadata
  readonly peer: Peer
  /** On the server's clock; infinite for streams without one. */
  readonly deadlineAtMs: number
  /** Nobody waits for the answer any more. */
  readonly isCancelled: boolean
  /** The same as an event. Made when first asked for. */
  readonly signal: AbortSignal
}

/** What unary and streaming calls have in common. */
export class ServerCall implements Call {
  readonly deadlineAtMs: number
  isCancelled = false
  protected readonly stream: Stream
  protected readonly head: CallHead
  protected readonly deps: CallDeps
  #abort: AbortController | undefined

  constructor(stream: Stream, head: CallHead, deps: CallDeps) {
    this.stream = stream
    this.head = head
    this.deps = deps
    this.deadlineAtMs = stream.beganAtMs + head.timeoutMs
    if (head.timeoutMs < Number.POSITIVE_INFINITY) stream.setDeadline(this.deadlineAtMs)
  }

  get path(): string {
    return this.head.path
  }

  get metadata(): Metadata {
    return this.head.metadata
  }

  get peer(): Peer {
    return this.deps.peer
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController()
      if (this.isCancelled) this.#abort.abort()
    }
    return this.#abort.signal
  }

  protected abandon(): void {
    if (this.isCancelled) return
    this.isCancelled = true
    this.#abort?.abort()
  }
}
