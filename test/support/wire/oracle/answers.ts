import { endStreamFlag, hasFlag, idAt, type RawFrame, Type, wordAt } from './octets.js'

/**
 * What the server said since it was judged last, by stream. When in that time it said what is not
 * known: it may have been before or after each of the client's frames.
 */
export class Answers {
  readonly frames: readonly RawFrame[]
  /** Streams whose answer came to its end. */
  readonly ended = new Set<number>()
  readonly resets = new Map<number, number[]>()
  /** Octets of DATA, and of windows given; 0 stands for the connection. */
  readonly dataBytes = new Map<number, number>()
  readonly creditBytes = new Map<number, number>()
  /** Streams above it were not looked at, whenever they were begun. */
  servedIdMax = Number.POSITIVE_INFINITY
  readonly goaways: { readonly lastId: number; readonly code: number }[] = []

  constructor(frames: readonly RawFrame[]) {
    this.frames = frames
    for (const frame of frames) this.#note(frame)
  }

  hasReset(id: number): boolean {
    return this.resets.has(id)
  }

  dataOf(id: number): number {
    return this.dataBytes.get(id) ?? 0
  }

  creditOf(id: number): number {
    return this.creditBytes.get(id) ?? 0
  }

  #note(frame: RawFrame): void {
    const { type, streamId, payload } = frame
    if (type === Type.data) {
      add(this.dataBytes, streamId, payload.length)
      add(this.dataBytes, 0, payload.length)
    }
    const canEnd = type === Type.data || type === Type.headers
    if (canEnd && hasFlag(frame, endStreamFlag)) this.ended.add(streamId)
    if (payload.length < 4) return
    if (type === Type.rstStream) {
      this.resets.set(streamId, [...(this.resets.get(streamId) ?? []), wordAt(payload)])
    }
    if (type === Type.windowUpdate) add(this.creditBytes, streamId, idAt(payload))
    if (type === Type.goaway && payload.length >= 8) {
      const [lastId, code] = [idAt(payload), wordAt(payload, 4)]
      this.goaways.push({ lastId, code })
      // The largest is no stream, but a warning.
      if (code === 0 && lastId < 0x7fffffff) this.servedIdMax = Math.min(this.servedIdMax, lastId)
    }
  }
}

function add(sums: Map<number, number>, id: number, bytes: number): void {
  sums.set(id, (sums.get(id) ?? 0) + bytes)
}
