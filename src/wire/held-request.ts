import { MessageMeter } from './grpc/message-meter.js'
import type { RawCall } from './grpc/raw-call.js'

/** Beyond its octets, what it costs to keep a piece of a request, however small. */
const pieceBytes = 256

/**
 * What of a request is held behind a bridge, as far as it can be known in front: everything until
 * the end of the call, but for messages that were whole before an answer came to them.
 */
export class HeldRequest {
  readonly #call: Pick<RawCall, 'hold' | 'unhold'>
  readonly #meter = new MessageMeter()
  #heldBytes = 0
  #unfinishedBytes = 0

  constructor(call: Pick<RawCall, 'hold' | 'unhold'>) {
    this.#call = call
  }

  /** Answers false when there is no room for more. */
  take(octets: Uint8Array): boolean {
    const bytes = octets.length + pieceBytes
    if (!this.#call.hold(bytes)) return false
    this.#heldBytes += bytes
    const behind = this.#meter.read(octets)
    this.#unfinishedBytes = behind < octets.length ? behind : this.#unfinishedBytes + bytes
    return true
  }

  /** An answer came. */
  answered(): void {
    this.#call.unhold(this.#heldBytes - this.#unfinishedBytes)
    this.#heldBytes = this.#unfinishedBytes
  }

  /** The call is over. */
  close(): void {
    this.#call.unhold(this.#heldBytes)
    this.#heldBytes = this.#unfinishedBytes = 0
  }
}
