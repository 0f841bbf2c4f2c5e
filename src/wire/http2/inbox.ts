import type { Frame } from './frame.js'
import { FrameReader } from './frame-reader.js'
import { PrefaceReader } from './preface.js'

/** What a peer has sent and nobody has looked at yet: octets in, frames out. */
export class Inbox {
  readonly #preface = new PrefaceReader()
  readonly #reader = new FrameReader()
  #unread: Buffer[] = []
  /** What was received since the last turn lies in memory that is written over after this one. */
  #isBorrowed = false

  /** A frame has begun, and its end has not come. */
  get isWaiting(): boolean {
    return this.#reader.isWaiting
  }

  /** Held for frames that are not whole, or that wait for their turn. */
  get bytes(): number {
    let bytes = this.#reader.partialBytes + this.#reader.unreadBytes
    for (const octets of this.#unread) bytes += octets.length
    return bytes
  }

  /** What stands before `end` must be good until `endTurn`. */
  receive(octets: Buffer, end: number): void {
    this.#isBorrowed = true
    const isFirst = this.#unread.length === 0 && this.#reader.unreadBytes === 0
    if (isFirst && this.#preface.isComplete) this.#reader.feed(octets, end)
    else this.#unread.push(octets.subarray(0, end))
  }

  /** Fills `frame`, or answers false when more has to be received first. Throws for another preface. */
  next(frame: Frame): boolean {
    while (!this.#reader.next(frame)) {
      const octets = this.#unread.shift()
      if (!octets) return false
      const frames = this.#preface.isComplete ? octets : this.#preface.strip(octets)
      this.#reader.feed(frames, frames.length)
    }
    return true
  }

  /** What was received is not good any longer: what is left of it is copied. */
  endTurn(): void {
    if (!this.#isBorrowed) return
    this.#isBorrowed = false
    if (this.#reader.unreadBytes > 0) this.#reader.keepUnread()
    if (this.#unread.length > 0) this.#unread = this.#unread.map((octets) => Buffer.from(octets))
  }

  /** Nothing more is looked at. */
  discard(): void {
    this.#unread.length = 0
    this.#reader.discard()
  }
}
