import { ConnectionError, ErrorCode } from './error-code.js'
import type { ConnectionLimits } from './limits.js'
import type { Outbox } from './outbox.js'
import { initialWindowBytes } from './settings.js'
import type { Stream } from './stream.js'

/**
 * RFC 9113 section 6.9, the receiving side: the peer may be ahead of what is consumed by so much.
 * Windows are given back by halves, not by pieces.
 */
export class ReceiveWindow {
  readonly #outbox: Outbox
  readonly #connectionBytes: number
  readonly #streamBytes: number
  #left: number
  #uncredited = 0

  constructor(outbox: Outbox, limits: ConnectionLimits) {
    this.#outbox = outbox
    this.#connectionBytes = Math.max(limits.connectionWindowBytes, initialWindowBytes)
    this.#streamBytes = limits.streamWindowBytes
    this.#left = this.#connectionBytes
  }

  /** Section 6.9.2: the connection's window begins small, and only an update makes it larger. */
  announce(): void {
    const bytes = this.#connectionBytes - initialWindowBytes
    if (bytes > 0) this.#outbox.windowUpdate(0, bytes)
  }

  /** Of each DATA frame, padding included, whatever becomes of it. */
  take(bytes: number): void {
    this.#left -= bytes
    if (this.#left < 0) {
      throw new ConnectionError(ErrorCode.flowControlError, 'more data than the window lets in')
    }
  }

  credit(bytes: number): void {
    this.#uncredited += bytes
    if (this.#uncredited * 2 < this.#connectionBytes) return
    this.#outbox.windowUpdate(0, this.#uncredited)
    this.#left += this.#uncredited
    this.#uncredited = 0
  }

  creditStream(stream: Stream, bytes: number): void {
    stream.uncredited += bytes
    if (stream.uncredited * 2 < this.#streamBytes) return
    this.#outbox.windowUpdate(stream.id, stream.uncredited)
    stream.receiveWindow += stream.uncredited
    stream.uncredited = 0
  }
}
