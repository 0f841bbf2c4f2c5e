/** RFC 9113 section 6. */
export const Type = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const

export const endStreamFlag = 0x1
export const ackFlag = 0x1
export const endHeadersFlag = 0x4
export const paddedFlag = 0x8
export const priorityFlag = 0x20

export interface RawFrame {
  readonly type: number
  readonly flags: number
  readonly streamId: number
  /** Empty when the frame is larger than anybody announced: nothing behind it can be believed. */
  readonly payload: Buffer
  readonly isTooLarge: boolean
}

export const frameBytesMax = 16_384
const headerBytes = 9

/** RFC 9113 section 4.1: frames out of octets, by concatenation. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0)
  #isLost = false

  /** Part of a frame has come. */
  get isWaiting(): boolean {
    return this.#rest.length > 0 && !this.#isLost
  }

  split(octets: Buffer): RawFrame[] {
    const frames: RawFrame[] = []
    if (this.#isLost) return frames
    let rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, octets]) : octets
    for (;;) {
      const frame = firstFrame(rest)
      if (!frame) break
      frames.push(frame)
      this.#isLost = frame.isTooLarge
      if (this.#isLost) break
      rest = rest.subarray(headerBytes + frame.payload.length)
    }
    this.#rest = rest
    return frames
  }
}

function firstFrame(octets: Buffer): RawFrame | undefined {
  if (octets.length < headerBytes) return undefined
  const length = octets.readUIntBE(0, 3)
  const isTooLarge = length > frameBytesMax
  if (!isTooLarge && octets.length < headerBytes + length) return undefined
  return {
    type: octets.readUInt8(3),
    flags: octets.readUInt8(4),
    streamId: octets.readUInt32BE(5) & 0x7fffffff,
    payload: isTooLarge ? Buffer.of() : octets.subarray(headerBytes, headerBytes + length),
    isTooLarge,
  }
}

export function wordAt(payload: Buffer, at = 0): number {
  return payload.readUInt32BE(at)
}

/** Without the bit that is reserved. */
export function idAt(payload: Buffer, at = 0): number {
  return payload.readUInt32BE(at) & 0x7fffffff
}

export function hasFlag(frame: RawFrame, flag: number): boolean {
  return (frame.flags & flag) !== 0
}

/** For a report: what the frame is, not what is in it. */
export function describe({ type, flags, streamId, payload, isTooLarge }: RawFrame): string {
  const name = Object.keys(Type)[type] ?? `type ${type}`
  const size = isTooLarge ? 'too large' : `${payload.length} octets`
  return `${name} flags 0x${flags.toString(16)} stream ${streamId}, ${size}`
}
