/** RFC 9113 section 6. */
export const FrameType = {
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

/** Which flag means what depends on the type of the frame; the bits do not collide. */
export const Flag = {
  none: 0,
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const

/** Section 4.1. */
export const frameHeaderBytes = 9

/** Section 4.2: what everybody must accept, and what this side announces by saying nothing. */
export const frameBytesMax = 16_384

/**
 * A frame where it lies in what was read. One object is filled again for each frame, so it is good
 * until the next is read.
 */
export interface Frame {
  type: number
  flags: number
  streamId: number
  octets: Buffer
  /** The payload is from `start` to before `end`; readers move them past what they have read. */
  start: number
  end: number
}

export function emptyFrame(): Frame {
  return { type: 0, flags: 0, streamId: 0, octets: Buffer.alloc(0), start: 0, end: 0 }
}
