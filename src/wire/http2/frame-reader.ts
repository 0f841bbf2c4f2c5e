import { uint24At, uint31At } from '../octets.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import { type Frame, frameBytesMax, frameHeaderBytes } from './frame.js'

const nothing: Buffer = Buffer.alloc(0)

/**
 * RFC 9113 section 4.1: frames out of a stream of octets, in place. A frame that is spread over two
 * readings is copied, so a peer can make this hold one frame and no more.
 */
export class FrameReader {
  #chunk: Buffer = nothing
  #at = 0
  #end = 0
  #partial: Buffer | undefined
  #filled = 0

  /** What stands before `end`; only after `next` has said that there is no more. */
  feed(chunk: Buffer, end: number): void {
    this.#chunk = chunk
    this.#at = 0
    this.#end = end
  }

  /** Part of a frame is here, and the rest is not. */
  get isWaiting(): boolean {
    return this.#partial !== undefined
  }

  /** Memory held for the frame that is not whole. */
  get partialBytes(): number {
    return this.#partial === undefined ? 0 : this.#partial.length
  }

  /** Of what was fed, not looked at yet. */
  get unreadBytes(): number {
    return this.#end - this.#at
  }

  /** Fills `frame` and answers true, or answers false when more must be fed first. */
  next(frame: Frame): boolean {
    if (this.#partial) return this.#completePartial(frame)
    const left = this.#end - this.#at
    if (left < frameHeaderBytes) return this.#keepRest(frameHeaderBytes)
    const bytes = frameHeaderBytes + lengthAt(this.#chunk, this.#at)
    if (left < bytes) return this.#keepRest(bytes)
    fill(frame, this.#chunk, this.#at)
    this.#at += bytes
    return true
  }

  /** What was fed is not good any longer: what is not looked at yet is copied. */
  keepUnread(): void {
    const unread = Buffer.from(this.#chunk.subarray(this.#at, this.#end))
    this.feed(unread, unread.length)
  }

  /** Nothing more is looked at. */
  discard(): void {
    this.feed(nothing, 0)
    this.#partial = undefined
    this.#filled = 0
  }

  #keepRest(bytes: number): false {
    if (this.unreadBytes > 0) {
      this.#partial = Buffer.allocUnsafe(bytes)
      this.#filled = this.#chunk.copy(this.#partial, 0, this.#at, this.#end)
    }
    this.feed(nothing, 0)
    return false
  }

  #completePartial(frame: Frame): boolean {
    if (!this.#fillPartial()) return false
    let partial = this.#partial ?? nothing
    const bytes = frameHeaderBytes + lengthAt(partial, 0)
    if (bytes > partial.length) {
      // Only the header was awaited so far; now it has said how much follows.
      const whole = Buffer.allocUnsafe(bytes)
      partial.copy(whole)
      this.#partial = whole
      if (!this.#fillPartial()) return false
      partial = whole
    }
    this.#partial = undefined
    this.#filled = 0
    fill(frame, partial, 0)
    return true
  }

  #fillPartial(): boolean {
    const partial = this.#partial ?? nothing
    const copied = this.#chunk.copy(partial, this.#filled, this.#at, this.#end)
    this.#at += copied
    this.#filled += copied
    return this.#filled === partial.length
  }
}

function lengthAt(octets: Buffer, at: number): number {
  const length = uint24At(octets, at)
  if (length > frameBytesMax) {
    throw new ConnectionError(ErrorCode.frameSizeError, 'a frame is larger than was announced')
  }
  return length
}

function fill(frame: Frame, octets: Buffer, at: number): void {
  frame.type = octets[at + 3] ?? 0
  frame.flags = octets[at + 4] ?? 0
  frame.streamId = uint31At(octets, at + 5)
  frame.octets = octets
  frame.start = at + frameHeaderBytes
  frame.end = frame.start + uint24At(octets, at)
}
