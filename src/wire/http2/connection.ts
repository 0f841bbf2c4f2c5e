import { ControlFrames } from './control-frames.js'
import { Deadlines } from './deadlines.js'
import { Drain } from './drain.js'
import { ConnectionError, codeOf, ErrorCode } from './error-code.js'
import { FloodGuard } from './flood-guard.js'
import { emptyFrame, type Frame } from './frame.js'
import { FrameRouter } from './frame-router.js'
import { Inbox } from './inbox.js'
import { Lifetime } from './lifetime.js'
import type { ConnectionLimits } from './limits.js'
import { type MemoryBudget, MemoryShare } from './memory-budget.js'
import { Outbox, type Slab } from './outbox.js'
import { type Acceptor, Requests } from './requests.js'
import { Streams } from './streams.js'
import type { Turn } from './turn.js'

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
  readonly turn: Turn
  /** There is something to flush, or to be woken for, that did not come up in a turn. */
  onPending(): void
  /** A mistake of this side's. */
  onBug(error: unknown): void
}

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
  readonly #guard: FloodGuard
  readonly #requests: Requests<Head>
  readonly #control: ControlFrames
  readonly #router: FrameRouter<Head>
  readonly #deadlines: Deadlines
  readonly #life: Lifetime
  readonly #drain: Drain<Head>
  readonly #unfinished: MemoryShare
  #nowMs: number
  #isInTurn = false
  /** A frame came to its end in this turn, and so did the block of headers that it was part of. */
  #hasFrameEnded = false
  #isClosing = false
  /** The last words are written: nothing is said after them. */
  #hasEnded = false
  #isGone = false

  constructor(deps: ConnectionDeps<Head>, nowMs: number) {
    const { limits, acceptor, processBudget, turn } = deps
    this.#deps = deps
    this.#nowMs = nowMs
    this.#outbox = new Outbox(deps.slab, () => this.#notePending())
    this.#guard = new FloodGuard(limits)
    this.streams = new Streams({
      limits,
      outbox: this.#outbox,
      processBudget,
      turn,
      wakeBy: (atMs) => this.#wakeBy(atMs),
      onQuiet: () => this.#drain.quiet(),
    })
    const { streams } = this
    const [outbox, guard] = [this.#outbox, this.#guard]
    this.#unfinished = new MemoryShare(streams.budget)
    this.#deadlines = new Deadlines(streams, limits)
    this.#requests = new Requests({ limits, acceptor, streams, guard })
    const onDrainAnswered = () => this.#drain.answered()
    this.#control = new ControlFrames({ streams, outbox, guard, onDrainAnswered })
    this.#router = new FrameRouter({
      limits,
      requests: this.#requests,
      control: this.#control,
      guard,
      onGreeted: () => this.#life.greeted(),
      onBlockOpen: () => this.#wakeBy(this.#nowMs + limits.handshakeMs),
    })
    this.#life = this.#createLifetime(limits, nowMs)
    this.#drain = new Drain({
      outbox,
      control: this.#control,
      requests: this.#requests,
      table: streams.table,
      life: this.#life,
      onOver: () => this.#close(ErrorCode.noError),
    })
    this.wakeAtMs = this.#life.tick(nowMs)
  }

  /** Nothing more will come of this connection. */
  get isGone(): boolean {
    return this.#isGone
  }

  /** Section 3.4: the server's first words. */
  greet(): void {
    this.#control.greet(this.#deps.limits)
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
    this.#hasFrameEnded = false
    let isMore = false
    // What is looked at now is counted by who keeps it; what is left of it, at the end of the turn.
    this.#unfinished.resize(0)
    try {
      isMore = this.#read()
      this.#inbox.endTurn()
      const { isWaiting } = this.#inbox
      this.#life.partial(isWaiting || this.#router.isBlockOpen, this.#hasFrameEnded, nowMs)
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

  /** Sends what has gathered. A mistake met in doing so costs this connection, not its neighbours. */
  flush(): void {
    if (this.#isGone || this.#hasEnded) return
    const chunks = this.#outbox.take()
    if (chunks.length === 0) return
    try {
      this.#noteCongestion(this.#deps.sink.write(chunks))
    } catch (error) {
      this.#deps.onBug(error)
      this.destroy()
    }
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
    if (this.#drain.isBegun || this.#isClosing) return
    this.#drain.begin(nowMs)
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
      this.#router.route(frame)
      if (!this.#router.isBlockOpen) this.#hasFrameEnded = true
      if (isWorthALook(frame, left) && this.#deps.turn.isOver()) return true
    }
    return true
  }

  /** Counts what the peer has sent of something that is not whole, or that waits for its turn. */
  #holdUnfinished(): void {
    const bytes = this.#inbox.bytes + this.#router.openBytes
    if (bytes === this.#unfinished.bytes || this.#unfinished.resize(bytes)) return
    throw new ConnectionError(ErrorCode.enhanceYourCalm, 'no memory for what is not whole')
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
    this.#hasEnded = true
    const isLeft = code !== ErrorCode.noError
    this.#deps.sink.end({ isLeft })
    this.#life.closing(!isLeft, this.#nowMs)
    this.#wakeBy(this.#nowMs)
  }

  #dropUnfinished(): void {
    this.#inbox.discard()
    this.#router.discard()
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
      onDrainHeard: () => this.#drain.heard(),
      onDrainOver: () => this.#close(ErrorCode.noError),
    }
    return new Lifetime(limits, events, nowMs)
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
