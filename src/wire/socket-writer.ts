import type { Socket } from 'node:net'
import { type MemoryBudget, MemoryShare } from './http2/memory-budget.js'
import { slabBytes } from './http2/outbox.js'
import { OctetQueue } from './octet-queue.js'

/** Less than this is common under TLS when a write returns, and may be looked at later. */
const littleBytes = 16_384
/** More than this unsent, and the connection is held back. */
const unsentBytesMax = 262_144

export interface SocketWriterEvents {
  /** The connection is not held back any more: all is sent. */
  onDrained(): void
  /** Something is unsent, or no longer; and whether some of it left since this was called last. */
  onUnsent(isUnsent: boolean, hasMoved: boolean): void
  /** `look` is to be called within seconds. */
  onLittleUnsent(): void
  /** There is no memory for what is unsent. */
  onNoRoom(): void
}

/**
 * What is written to a socket. Mostly that has left when the write returns, and costs nothing here;
 * under TLS it has when everything else has had its turn. What has not left then lies in memory that
 * other connections' answers share, so what follows it is copied, counted, and written when that has
 * left.
 */
export class SocketWriter {
  readonly #socket: Socket
  readonly #held: MemoryShare
  readonly #events: SocketWriterEvents
  readonly #queue = new OctetQueue()
  #isHeldBack = false
  /** Something was still unsent when that was looked at last. */
  #isSlow = false
  /** Whether `#onSent` will be called, with nothing left in the socket. */
  #isAwaiting = false
  #isLookDue = false
  #seenBytes = 0
  #hasMoved = false

  constructor(socket: Socket, budget: MemoryBudget, events: SocketWriterEvents) {
    this.#socket = socket
    this.#held = new MemoryShare(budget)
    this.#events = events
    socket.on('drain', () => this.#onProgress())
  }

  /** From when too much is unsent until all is sent: nobody tells of anything less. */
  get isHeldBack(): boolean {
    return this.#isHeldBack
  }

  /** Answers whether the connection is held back. */
  write(chunks: readonly Uint8Array[]): boolean {
    const isAfterUnsent = this.#isAwaiting || this.#socket.writableLength > 0
    if (isAfterUnsent && this.#isSlow) this.#keep(chunks)
    else this.#pass(chunks)
    const unsentBytes = this.#unsentBytes
    if (isAfterUnsent || unsentBytes > littleBytes) this.#noteUnsent(unsentBytes)
    else if (unsentBytes > 0) this.#events.onLittleUnsent()
    return this.#isHeldBack
  }

  end(): void {
    if (this.#queue.bytes > 0) this.#sendQueue()
    this.#socket.end()
  }

  /** The socket is closed. */
  forget(): void {
    this.#queue.clear()
    this.#held.resize(0)
  }

  /** Not within a write: only what is still unsent when others had their turn matters. */
  readonly look = (): void => {
    this.#isLookDue = false
    const unsentBytes = this.#unsentBytes
    this.#isSlow = unsentBytes > 0
    if (this.#socket.destroyed || (unsentBytes === 0 && this.#held.bytes === 0)) return
    const { writableLength } = this.#socket
    const hasMoved = this.#hasMoved || writableLength < this.#seenBytes
    this.#hasMoved = false
    this.#seenBytes = writableLength
    if (this.#hold(unsentBytes)) this.#events.onUnsent(unsentBytes > 0, hasMoved)
    else this.#events.onNoRoom()
  }

  get #unsentBytes(): number {
    return this.#socket.writableLength + this.#queue.bytes
  }

  #pass(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket
    const [first] = chunks
    if (chunks.length === 1 && first) {
      socket.write(first)
      return
    }
    socket.cork()
    for (const chunk of chunks) socket.write(chunk)
    socket.uncork()
  }

  #keep(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.#queue.push(chunk)
    if (!this.#isAwaiting) this.#sendQueue()
  }

  #sendQueue(): void {
    const { octets, start, end } = this.#queue
    this.#queue.clear()
    this.#isAwaiting = true
    this.#socket.write(octets.subarray(start, end), this.#onSent)
  }

  readonly #onSent = (): void => {
    this.#isAwaiting = false
    if (this.#socket.destroyed) return
    if (this.#queue.bytes > 0) this.#sendQueue()
    this.#onProgress()
  }

  #noteUnsent(unsentBytes: number): void {
    if (!this.#isHeldBack && unsentBytes > unsentBytesMax) {
      this.#isHeldBack = true
      this.#socket.pause()
    }
    this.#lookSoon()
  }

  #onProgress(): void {
    this.#hasMoved = true
    if (this.#held.bytes > 0) this.#lookSoon()
    if (!this.#isHeldBack || this.#unsentBytes > 0) return
    this.#isHeldBack = false
    this.#events.onDrained()
  }

  #lookSoon(): void {
    if (this.#isLookDue) return
    this.#isLookDue = true
    setImmediate(this.look)
  }

  /** The slab is counted too, whole, for the write that still lies in it. */
  #hold(unsentBytes: number): boolean {
    const { writableLength } = this.#socket
    const bytes = unsentBytes === 0 ? 0 : writableLength + this.#queue.capacity + slabBytes
    return this.#held.resize(bytes)
  }
}
