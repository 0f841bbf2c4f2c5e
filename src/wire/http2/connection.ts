import { HpackError } from '../hpack/hpack-error.js'
import { ControlFrames } from './control-frames.js'
import { Deadlines } from './deadlines.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import { FloodGuard } from './flood-guard.js'
import { emptyFrame, Flag, type Frame, FrameType } from './frame.js'
import { HeaderBlock } from './header-block.js'
import { Inbox } from './inbox.js'
import { Lifetime } from './lifetime.js'
import type { ConnectionLimits } from './limits.js'
import { type MemoryBudget, MemoryShare } from './memory-budget.js'
import { Outbox, type Slab, typeAndFlags } from './outbox.js'
import { requireLength } from './payload.js'
import { type Acceptor, Requests } from './requests.js'
import { encodeSettings, Setting } from './settings.js'
import { Streams } from './streams.js'

/** Where a connection's octets go. */
export interface Sink {
  /** Answers whether the sink holds back: it wants no more before it is heard of again. */
  write(chunks: readonly Uint8Array[]): boolean
  /** No more will be written; and nothing of a peer that is left is to be read any more. */
  end(how: { readonly isLeft: boolean }): void
  /** Nothing is to be written or read any more. */
  destroy(): void
}

export interface ConnectionDeps<Head> {
  readonly limits: ConnectionLimits
  readonly acceptor: Acceptor<Head>
  readonly slab: Slab
  readonly processBudget: MemoryBudget
  readonly sink: Sink
  /** Whether this turn has taken long enough, though more frames wait; absent: their number tells. */
  isTurnOver?(): boolean
  /** There is something to flush, or to be woken for, that did not come up in a turn. */
  onPending(): void
  /** A mistake of this side's. */
  onBug(error: unknown): void
}

const lastStreamIdMax = 0x7fffffff

/**
 * RFC 9113: one connection, seen from the server, as octets in and octets out. It reads no clock and
 * owns no socket: whoever does calls `receive` and then `turn` until that has nothing left to do, with
 * `flush` after each, and `tick` no later than `wakeAtMs`.
 */
export class Connection<Head> {
  /** When `tick` is to be called. */
  wakeAtMs: number
  readonly streams: Streams
  readonly #deps: ConnectionDeps<Head>
  readonly #outbox: Outbox
  readonly #inbox = new Inbox()
  readonly #frame: Frame = emptyFrame()
  readonly #block: HeaderBlock
  readonly #guard: FloodGuard
  readonly #requests: Requests<Head>
  readonly #control: ControlFrames
  readonly #deadlines: Deadlines
  readonly #life: Lifetime
  readonly #unfinished: MemoryShare
  #nowMs: number
  #isInTurn = false
  /** A frame came to its end in this turn, and so did the block of headers that it was part of. */
  #hasEnded = false
  #isGreeted = false
  #isDraining = false
  #isClosing = false
  #isGone = false

  constructor(deps: ConnectionDeps<Head>, nowMs: number) {
    const { limits, acceptor, processBudget } = deps
    this.#deps = deps
    this.#nowMs = nowMs
    this.#outbox = new Outbox(deps.slab, () => this.#notePending())
    this.#block = new HeaderBlock(limits)
    this.#guard = new FloodGuard(limits)
    this.streams = new Streams({
      limits,
      outbox: this.#outbox,
      processBudget,
      wakeBy: (atMs) => this.#wakeBy(atMs),
      onQuiet: () => this.#onQuiet(),
    })
    const { streams } = this
    this.#unfinished = new MemoryShare(streams.budget)
    this.#deadlines = new Deadlines(streams, limits)
    this.#requests = new Requests({ limits, acceptor, streams, guard: this.#guard })
    this.#control = new ControlFrames({
      streams,
      outbox: this.#outbox,
      guard: this.#guard,
      onDrainAnswered: () => {
        if (this.#isDraining) this.#onDrainHeard()
      },
    })
    this.#life = this.#createLifetime(limits, nowMs)
    this.wakeAtMs = this.#life.tick(nowMs)
  }

  /** Nothing more will come of this connection. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Section 3.4: the server's first words. */
  greet(): void {
    const { limits } = this.#deps
    const payload = encodeSettings([
      [Setting.maxConcurrentStreams, limits.streamsMax],
      [Setting.initialWindowSize, limits.streamWindowBytes],
      [Setting.maxHeaderListSize, limits.headerListBytesMax],
    ])
    this.#outbox.append(payload, typeAndFlags(FrameType.settings), 0)
    this.streams.receiveWindow.announce()
    this.flush()
  }

  /** Takes what stands before `end`, good to the end of the next turn; what that leaves is copied. */
  receive(octets: Buffer, end: number, nowMs: number): void {
    this.#life.received(nowMs)
    if (!this.#isClosing) this.#inbox.receive(octets, end)
  }

  /** Looks at a bounded number of frames; answers whether more wait. What comes of it is to be flushed. */
  turn(nowMs: number): boolean {
    this.#nowMs = this.#guard.nowMs = nowMs
    this.#isInTurn = true
    this.#hasEnded = false
    let isMore = false
    // What is looked at now is counted by who keeps it; what is left of it, at the end of the turn.
    this.#unfinished.resize(0)
    try {
      isMore = this.#read()
      this.#inbox.endTurn()
      const { isWaiting } = this.#inbox
      this.#life.partial(isWaiting || this.#block.isOpen, this.#hasEnded, nowMs)
      if (isWaiting) this.#wakeBy(nowMs + this.#deps.limits.handshakeMs)
      this.#holdUnfinished()
    } catch (error) {
      this.#fail(error)
    }
    this.#isInTurn = false
    this.#noteCalls(nowMs)
    return isMore
  }

  /** Does what is due. */
  tick(nowMs: number): void {
    this.#nowMs = this.#guard.nowMs = nowMs
    this.#life.busy(this.streams.table.size > 0, nowMs)
    this.#deadlines.expire(nowMs)
    const dueAtMs = this.#life.tick(nowMs)
    if (this.#isGone) return
    this.wakeAtMs = Math.min(dueAtMs, this.#deadlines.nextAtMs())
    this.flush()
  }

  /** Sends what has gathered. */
  flush(): void {
    if (this.#isGone) return
    const chunks = this.#outbox.take()
    if (chunks.length > 0) this.#noteCongestion(this.#deps.sink.write(chunks))
  }

  /** The sink does not hold back any more. */
  onSinkDrained(nowMs: number): void {
    this.#nowMs = nowMs
    this.#noteCongestion(false)
  }

  /** Of what was written something has not left, or all has; and whether some left since last told. */
  unsent(isUnsent: boolean, hasMoved: boolean, nowMs: number): void {
    this.#life.unsent(isUnsent, hasMoved, nowMs)
    if (isUnsent) this.#wakeBy(nowMs + this.#deps.limits.keepaliveTimeoutMs)
  }

  /** Of the moment that it was told of last. */
  wakeWithin(ms: number): void {
    this.#wakeBy(this.#nowMs + ms)
  }

  /** Section 6.8: takes no new calls soon, ends with the last one, and gives up after `drainMs`. */
  drain(nowMs: number): void {
    if (this.#isDraining || this.#isClosing) return
    this.#isDraining = true
    this.#life.draining(nowMs)
    this.#outbox.goaway(lastStreamIdMax, ErrorCode.noError)
    this.#control.ping('drain')
    this.#wakeBy(nowMs)
  }

  /** The peer is gone, or is to be: every call is cancelled, and nothing is written any more. */
  destroy(): void {
    if (this.#isGone) return
    this.#isClosing = this.#isGone = true
    this.#dropUnfinished()
    this.streams.cancelAll(ErrorCode.cancel)
    this.wakeAtMs = Number.POSITIVE_INFINITY
    this.#deps.sink.destroy()
  }

  #read(): boolean {
    const frame = this.#frame
    for (let left = this.#deps.limits.framesPerTurn; left > 0; left--) {
      if (this.#isClosing) return false
      if (!this.#inbox.next(frame)) return false
      this.#dispatch(frame)
      if (!this.#block.isOpen) this.#hasEnded = true
      if (isWorthALook(frame, left) && this.#deps.isTurnOver?.()) return true
    }
    return true
  }

  /** Counts what the peer has sent of something that is not whole, or that waits for its turn. */
  #holdUnfinished(): void {
    const bytes = this.#inbox.bytes + this.#block.openBytes
    if (bytes === this.#unfinished.bytes || this.#unfinished.resize(bytes)) return
    throw new ConnectionError(ErrorCode.enhanceYourCalm, 'no memory for what is not whole')
  }

  /** Section 4.1: a type that is not known is passed over, but for one thing that it may not split. */
  #dispatch(frame: Frame): void {
    if (this.#block.isOpen && frame.type !== FrameType.continuation) {
      throw new ConnectionError(ErrorCode.protocolError, 'a frame inside a header block')
    }
    if (!this.#isGreeted) this.#requireGreeting(frame)
    switch (frame.type) {
      case FrameType.data:
        this.#requests.data(frame)
        return
      case FrameType.headers:
        this.#headers(frame)
        return
      case FrameType.continuation:
        if (this.#block.continue(frame)) this.#requests.headers(this.#block)
        return
      case FrameType.windowUpdate:
        requireLength(frame, 4)
        if (frame.streamId === 0) this.#control.windowUpdate(frame)
        else this.#requests.windowUpdate(frame)
        return
      case FrameType.rstStream:
        this.#requests.rstStream(frame)
        return
      case FrameType.ping:
        this.#control.pinged(frame)
        return
      case FrameType.settings:
        this.#control.settings(frame)
        return
      case FrameType.priority:
        this.#requests.priority(frame)
        return
      case FrameType.goaway:
        this.#control.goaway(frame)
        return
      case FrameType.pushPromise:
        throw new ConnectionError(ErrorCode.protocolError, 'a client does not push')
      default:
        this.#guard.idleFrame()
        return
    }
  }

  #requireGreeting(frame: Frame): void {
    if (frame.type !== FrameType.settings || frame.flags & Flag.ack) {
      throw new ConnectionError(ErrorCode.protocolError, 'the first frame is not of settings')
    }
    this.#isGreeted = true
    this.#life.greeted()
  }

  #headers(frame: Frame): void {
    if (frame.streamId === 0) {
      throw new ConnectionError(ErrorCode.protocolError, 'headers that name no stream')
    }
    if (this.#block.begin(frame)) {
      this.#requests.headers(this.#block)
      return
    }
    this.#wakeBy(this.#nowMs + this.#deps.limits.handshakeMs)
  }

  /** Section 5.4.1: says why, and hears nothing more. */
  #fail(error: unknown): void {
    this.#isInTurn = false
    const code = codeOf(error)
    if (code === ErrorCode.internalError) this.#deps.onBug(error)
    this.#close(code)
  }

  #close(code: ErrorCode): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#dropUnfinished()
    this.streams.cancelAll(code === ErrorCode.noError ? ErrorCode.cancel : code)
    // Never more than was said before: the peer may have sent the others again elsewhere.
    this.#outbox.goaway(Math.min(this.streams.table.lastId, this.#requests.streamIdMax), code)
    this.flush()
    this.#deps.sink.end({ isLeft: code !== ErrorCode.noError })
    this.#life.closing(this.#nowMs)
    this.#wakeBy(this.#nowMs)
  }

  #dropUnfinished(): void {
    this.#inbox.discard()
    this.#block.discard()
    this.#unfinished.resize(0)
  }

  #createLifetime(limits: ConnectionLimits, nowMs: number): Lifetime {
    const events = {
      onStalled: () => this.#close(ErrorCode.enhanceYourCalm),
      onOutlived: () => this.drain(this.#nowMs),
      onPingDue: () => {
        this.#control.ping('alive')
        this.#life.pinged(this.#nowMs)
      },
      onLost: () => this.destroy(),
      onDrainHeard: () => this.#onDrainHeard(),
      onDrainOver: () => this.#close(ErrorCode.noError),
    }
    return new Lifetime(limits, events, nowMs)
  }

  /** Streams that the peer began before it heard are still answered; now it has. */
  #onDrainHeard(): void {
    this.#life.drainHeard()
    const { table } = this.streams
    this.#requests.streamIdMax = Math.min(this.#requests.streamIdMax, table.lastId)
    if (table.size === 0) {
      this.#close(ErrorCode.noError)
      return
    }
    this.#outbox.goaway(this.#requests.streamIdMax, ErrorCode.noError)
  }

  #onQuiet(): void {
    if (this.#requests.streamIdMax < lastStreamIdMax) this.#close(ErrorCode.noError)
  }

  #noteCalls(nowMs: number): void {
    const isBusy = this.streams.table.size > 0
    const { keepaliveMs, idleMs } = this.#deps.limits
    this.#life.busy(isBusy, nowMs)
    this.#wakeBy(nowMs + (isBusy ? keepaliveMs : idleMs))
  }

  #noteCongestion(isCongested: boolean): void {
    this.#life.congested(isCongested, this.#nowMs)
    if (isCongested) this.#wakeBy(this.#nowMs + this.#deps.limits.keepaliveTimeoutMs)
    this.streams.transmitter.congest(isCongested)
  }

  #wakeBy(atMs: number): void {
    if (atMs >= this.wakeAtMs || this.#isGone) return
    this.wakeAtMs = atMs
    if (!this.#isInTurn) this.#deps.onPending()
  }

  #notePending(): void {
    if (!this.#isInTurn && !this.#isGone) this.#deps.onPending()
  }
}

/** Looking at a clock costs as much as a small frame: it is done for large ones, and now and then. */
function isWorthALook({ start, end }: Frame, left: number): boolean {
  return end - start > 1_024 || left % 32 === 0
}

function codeOf(error: unknown): ErrorCode {
  if (error instanceof ConnectionError) return error.code
  if (error instanceof HpackError) return ErrorCode.compressionError
  return ErrorCode.internalError
}
