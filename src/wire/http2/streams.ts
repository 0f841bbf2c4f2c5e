import { Ending } from './closed-streams.js'
import { ErrorCode } from './error-code.js'
import type { ConnectionLimits } from './limits.js'
import { MemoryBudget } from './memory-budget.js'
import type { Outbox } from './outbox.js'
import { ReceiveWindow } from './receive-window.js'
import { windowBytesMax } from './settings.js'
import { Stream, type StreamHost } from './stream.js'
import { StreamTable } from './stream-table.js'
import { Transmitter } from './transmitter.js'
import type { Turn } from './turn.js'
import type { WholeAnswer } from './whole-answer.js'

export interface StreamsDeps {
  readonly limits: ConnectionLimits
  readonly outbox: Outbox
  readonly processBudget: MemoryBudget
  /** Something is due at that time. */
  wakeBy(atMs: number): void
  readonly turn: Turn
  /** The last stream has gone. */
  onQuiet(): void
}

/** RFC 9113 section 5: the streams of a connection from their beginning to their end. */
export class Streams implements StreamHost {
  readonly table = new StreamTable()
  readonly budget: MemoryBudget
  readonly turn: Turn
  readonly transmitter: Transmitter
  readonly receiveWindow: ReceiveWindow
  readonly #deps: StreamsDeps

  constructor(deps: StreamsDeps) {
    this.#deps = deps
    this.turn = deps.turn
    this.budget = new MemoryBudget(deps.limits.bufferedBytesMax, deps.processBudget)
    this.receiveWindow = new ReceiveWindow(deps.outbox, deps.limits)
    this.transmitter = new Transmitter(deps.outbox, {
      ended: (stream) => this.#endLocal(stream),
      sent: (stream, bytes) => this.#sent(stream, bytes),
    })
  }

  open(id: number): Stream {
    const stream = new Stream(id, this)
    stream.sendWindow = this.transmitter.peer.initialWindowBytes
    stream.receiveWindow = this.#deps.limits.streamWindowBytes
    this.table.add(stream)
    return stream
  }

  /** The peer has said its last word on the stream. */
  endRemote(stream: Stream): void {
    stream.isRemoteEnded = true
    if (stream.isLocalEnded) this.close(stream, Ending.complete)
  }

  /** A stream that is not open: never admitted, or ended already. */
  refuse(streamId: number, code: ErrorCode): void {
    this.#deps.outbox.rstStream(streamId, code)
    this.table.refuse(streamId)
  }

  close(stream: Stream, ending: Ending): void {
    if (stream.isClosed) return
    this.table.remove(stream, ending)
    this.receiveWindow.credit(stream.unconsumed)
    stream.unconsumed = 0
    if (stream.queuedBytes > 0) this.#dropQueue(stream)
    this.transmitter.forget(stream)
    if (this.table.size === 0) this.#deps.onQuiet()
  }

  /** Section 6.9.2: the peer changed what every stream's window begins with. */
  shiftWindows(bytes: number): boolean {
    for (const stream of this.table.all()) {
      if (!this.growWindow(stream, bytes)) return false
    }
    return true
  }

  /** Answers false when the window is too large for its field. */
  growWindow(stream: Stream, bytes: number): boolean {
    stream.sendWindow += bytes
    if (stream.sendWindow > windowBytesMax) return false
    if (stream.queuedBytes > 0) this.transmitter.pump(stream)
    return true
  }

  /** Resets the stream, and lets its receiver hear of it. */
  abandon(stream: Stream, code: ErrorCode): void {
    this.reset(stream, code)
    stream.receiver?.cancel(code)
  }

  cancelAll(code: ErrorCode): void {
    for (const stream of this.table.all()) {
      this.close(stream, Ending.resetHere)
      stream.receiver?.cancel(code)
    }
  }

  pump(stream: Stream): void {
    this.transmitter.pump(stream)
  }

  headers(stream: Stream, block: Uint8Array, isEnd: boolean): void {
    this.transmitter.headers(stream.id, block, isEnd)
    if (isEnd) this.#endLocal(stream)
  }

  whole(stream: Stream, answer: WholeAnswer, message: Uint8Array): boolean {
    if (!this.transmitter.whole(stream, answer, message)) return false
    this.#endLocal(stream)
    return true
  }

  message(stream: Stream, message: Uint8Array): boolean {
    return this.transmitter.message(stream, message)
  }

  credit(stream: Stream, bytes: number): void {
    stream.unconsumed -= bytes
    this.receiveWindow.credit(bytes)
    if (!stream.isRemoteEnded) this.receiveWindow.creditStream(stream, bytes)
  }

  reset(stream: Stream, code: ErrorCode): void {
    this.#deps.outbox.rstStream(stream.id, code)
    this.close(stream, Ending.resetHere)
  }

  wakeBy(atMs: number): void {
    this.#deps.wakeBy(atMs)
  }

  released(): void {
    this.table.releaseOrphan()
  }

  hold(bytes: number): boolean {
    return this.budget.take(bytes)
  }

  unhold(bytes: number): void {
    this.budget.give(bytes)
  }

  /** Section 8.1: an answer that does not wait for the rest of its request asks not to send it. */
  #endLocal(stream: Stream): void {
    stream.isLocalEnded = true
    if (stream.isRemoteEnded) this.close(stream, Ending.complete)
    else this.reset(stream, ErrorCode.noError)
  }

  #sent(stream: Stream, bytes: number): void {
    stream.queuedBytes -= bytes
    stream.stalledSinceMs = Number.POSITIVE_INFINITY
    this.budget.give(bytes)
    if (stream.queuedBytes > 0 || !stream.isFull) return
    stream.isFull = false
    if (!stream.endsAfterQueue) stream.receiver?.drain()
  }

  #dropQueue(stream: Stream): void {
    this.budget.give(stream.queuedBytes)
    stream.queuedBytes = 0
    stream.queue = undefined
  }
}
