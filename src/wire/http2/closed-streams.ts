/** How a stream ended decides what a late frame on it means, RFC 9113 section 5.1. */
export const Ending = {
  /** Not remembered: too long ago, or never begun. */
  unknown: 0,
  /** Both sides said all they had to say. */
  complete: 1,
  /** The peer took it back, and has no business there any more. */
  resetByPeer: 2,
  /** This side gave it up; the peer may not have heard yet. */
  resetHere: 3,
} as const

export type Ending = (typeof Ending)[keyof typeof Ending]

const remembered = 1_024

/** The last streams that ended. A ring: to note an end must cost the hot path nothing. */
export class ClosedStreams {
  readonly #ids = new Uint32Array(remembered)
  readonly #endings = new Uint8Array(remembered)
  #next = 0

  note(streamId: number, ending: Ending): void {
    this.#ids[this.#next] = streamId
    this.#endings[this.#next] = ending
    this.#next = (this.#next + 1) % remembered
  }

  ending(streamId: number): number {
    return this.#endings[this.#ids.indexOf(streamId)] ?? Ending.unknown
  }
}
