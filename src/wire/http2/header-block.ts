import { ConnectionError, ErrorCode } from './error-code.js'
import { Flag, type Frame } from './frame.js'
import type { ConnectionLimits } from './limits.js'
import { priorityBytes, stripPadding, stripPriority } from './payload.js'

/**
 * RFC 9113 sections 4.3, 6.2 and 6.10: a HEADERS frame and the CONTINUATION frames after it are one
 * block, with nothing between them. A block of one frame stays where it lies.
 */
export class HeaderBlock {
  streamId = 0
  isEndStream = false
  /** The peer made the stream depend on itself; the block has to be decoded all the same. */
  isOwnParent = false
  octets: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  /** The rest of the block must come next. */
  isOpen = false
  readonly #limits: ConnectionLimits
  #parts: Buffer[] = []
  #bytes = 0

  constructor(limits: ConnectionLimits) {
    this.#limits = limits
  }

  /** Copied, of a block that is not whole. */
  get openBytes(): number {
    return this.isOpen ? this.#bytes : 0
  }

  /** Answers whether the block is whole. */
  begin(frame: Frame): boolean {
    stripPadding(frame, frame.flags & Flag.priority ? priorityBytes : 0)
    this.isOwnParent = stripPriority(frame)
    this.streamId = frame.streamId
    this.isEndStream = (frame.flags & Flag.endStream) !== 0
    this.octets = frame.octets
    this.start = frame.start
    this.end = frame.end
    if (frame.flags & Flag.endHeaders) return true
    this.isOpen = true
    this.#parts = []
    this.#bytes = 0
    this.#keep(frame)
    return false
  }

  /** Answers whether the block is whole. */
  continue(frame: Frame): boolean {
    if (!this.isOpen || frame.streamId !== this.streamId) {
      throw new ConnectionError(ErrorCode.protocolError, 'a continuation of nothing')
    }
    this.#keep(frame)
    if ((frame.flags & Flag.endHeaders) === 0) return false
    this.octets = Buffer.concat(this.#parts)
    this.start = 0
    this.end = this.octets.length
    this.isOpen = false
    this.#parts = []
    return true
  }

  discard(): void {
    this.isOpen = false
    this.#parts = []
  }

  /** Copied, because what it lies in must not be held as long as the peer pleases. */
  #keep({ octets, start, end }: Frame): void {
    this.#parts.push(Buffer.from(octets.subarray(start, end)))
    this.#bytes += end - start
    const { continuationsMax, headerBlockBytesMax } = this.#limits
    if (this.#parts.length > continuationsMax + 1 || this.#bytes > headerBlockBytesMax) {
      throw new ConnectionError(ErrorCode.enhanceYourCalm, 'a header block does not end')
    }
  }
}
