import { putUint24, putUint32 } from '../octets.js'
import type { ErrorCode } from './error-code.js'
import { Flag, FrameType, frameHeaderBytes } from './frame.js'

/** What a few octets in flight may keep from being freed. */
export const slabBytes = 65_536
/** From here on, not copying pays for one more buffer in the write. */
const copiedBytesMax = 4_096

/** Memory for frames on their way out, shared by all connections and given away piece by piece. */
export class Slab {
  octets = Buffer.allocUnsafeSlow(slabBytes)
  at = 0

  renew(bytes: number): void {
    this.octets = Buffer.allocUnsafeSlow(Math.max(bytes, slabBytes))
    this.at = 0
  }
}

/**
 * The frames of one turn, one after another in as few pieces as possible, so that all answers of a
 * turn leave in one write.
 */
export class Outbox {
  /** Gathered since the last `take`. */
  bytes = 0
  readonly #slab: Slab
  readonly #onPending: () => void
  #chunks: Uint8Array[] = []
  #octets: Buffer
  #start = 0
  #end = 0
  #isPending = false

  /** `onPending` is called for the first frame after each `take`. */
  constructor(slab: Slab, onPending: () => void) {
    this.#slab = slab
    this.#octets = slab.octets
    this.#start = this.#end = slab.at
    this.#onPending = onPending
  }

  /** Where what was reserved last is to be written. */
  get octets(): Buffer {
    return this.#octets
  }

  /** Room for `bytes` octets, at the answered place of `octets`. */
  reserve(bytes: number): number {
    const slab = this.#slab
    const isInterrupted = slab.at !== this.#end || slab.octets !== this.#octets
    if (isInterrupted || this.#end + bytes > this.#octets.length) this.#startRun(bytes)
    const at = this.#end
    this.#end = slab.at = at + bytes
    this.bytes += bytes
    if (!this.#isPending) {
      this.#isPending = true
      this.#onPending()
    }
    return at
  }

  /** Reserves a whole frame, writes its header, and answers the place of its payload. */
  frame(payloadBytes: number, typeAndFlags: number, streamId: number): number {
    const at = this.reserve(frameHeaderBytes + payloadBytes)
    this.#putHeader(at, payloadBytes, typeAndFlags, streamId)
    return at + frameHeaderBytes
  }

  /** A frame with that payload, which is not looked at any more once it is small. */
  append(payload: Uint8Array, typeAndFlags: number, streamId: number): void {
    if (payload.length <= copiedBytesMax) {
      const at = this.frame(payload.length, typeAndFlags, streamId)
      this.#octets.set(payload, at)
      return
    }
    const at = this.reserve(frameHeaderBytes)
    this.#putHeader(at, payload.length, typeAndFlags, streamId)
    this.#endRun()
    this.#chunks.push(payload)
    this.bytes += payload.length
  }

  rstStream(streamId: number, code: ErrorCode): void {
    const at = this.frame(4, typeAndFlags(FrameType.rstStream), streamId)
    putUint32(this.#octets, at, code)
  }

  windowUpdate(streamId: number, bytes: number): void {
    const at = this.frame(4, typeAndFlags(FrameType.windowUpdate), streamId)
    putUint32(this.#octets, at, bytes)
  }

  goaway(lastStreamId: number, code: ErrorCode): void {
    const at = this.frame(8, typeAndFlags(FrameType.goaway), 0)
    putUint32(this.#octets, at, lastStreamId)
    putUint32(this.#octets, at + 4, code)
  }

  /** What has gathered; empty when nothing has. */
  take(): Uint8Array[] {
    this.#endRun()
    this.#isPending = false
    this.bytes = 0
    const chunks = this.#chunks
    this.#chunks = []
    return chunks
  }

  #startRun(bytes: number): void {
    this.#endRun()
    const slab = this.#slab
    if (slab.at + bytes > slab.octets.length) slab.renew(bytes)
    this.#octets = slab.octets
    this.#start = this.#end = slab.at
  }

  #endRun(): void {
    if (this.#end > this.#start) this.#chunks.push(this.#octets.subarray(this.#start, this.#end))
    this.#start = this.#end
  }

  #putHeader(at: number, length: number, typeAndFlags: number, streamId: number): void {
    const octets = this.#octets
    putUint24(octets, at, length)
    octets[at + 3] = typeAndFlags >>> 8
    octets[at + 4] = typeAndFlags
    putUint32(octets, at + 5, streamId)
  }
}

/** As they stand side by side in a frame's header. */
export function typeAndFlags(type: number, flags: number = Flag.none): number {
  return (type << 8) | flags
}
