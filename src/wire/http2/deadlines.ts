import { ErrorCode } from './error-code.js'
import type { Stream } from './stream.js'
import type { Streams } from './streams.js'

/** When the calls of one connection have had their time: by their deadlines, or by standing still. */
export class Deadlines {
  readonly #streams: Streams
  readonly #sendStallMs: number

  constructor(streams: Streams, { sendStallMs }: { readonly sendStallMs: number }) {
    this.#streams = streams
    this.#sendStallMs = sendStallMs
  }

  /** Ends those that are due. */
  expire(nowMs: number): void {
    for (const stream of this.#streams.table.all()) {
      if (stream.queuedBytes > 0) stream.stalledSinceMs = Math.min(stream.stalledSinceMs, nowMs)
      if (this.#dueAtMs(stream) > nowMs) continue
      if (stream.deadlineAtMs > nowMs) this.#streams.abandon(stream, ErrorCode.cancel)
      else expire(stream)
    }
  }

  /** When the next is due; infinite when none ever is. */
  nextAtMs(): number {
    return Math.min(...this.#streams.table.all().map((stream) => this.#dueAtMs(stream)))
  }

  /** A window that stays shut ends the call also where no deadline does. */
  #dueAtMs({ deadlineAtMs, stalledSinceMs }: Stream): number {
    return Math.min(deadlineAtMs, stalledSinceMs + this.#sendStallMs)
  }
}

function expire(stream: Stream): void {
  stream.deadlineAtMs = Number.POSITIVE_INFINITY
  stream.receiver?.expire()
}
