import type { Socket } from 'node:net'
import type { BusyPoll } from './busy-poll.js'
import type { Clock } from './clock.js'
import { Connection, type ConnectionDeps } from './http2/connection.js'
import type { ReadRoom } from './read-room.js'
import { SocketWriter } from './socket-writer.js'
import { TurnClock } from './turn-clock.js'
import type { WriteRound } from './write-round.js'

/** To look at every write at once would keep the event loop awake once more for each. */
const littleUnsentMs = 5_000

export interface SocketConnectionDeps<Head>
  extends Omit<ConnectionDeps<Head>, 'sink' | 'onPending' | 'turn'> {
  readonly clock: Clock
  readonly busyPoll: BusyPoll
  readonly readRoom: ReadRoom
  readonly writeRound: WriteRound
  /** The peer did what ends a connection. */
  onLeft(): void
  onClose(): void
}

/**
 * A connection on a socket of Node's: its octets, its time, and its turns. After a bounded number of
 * frames, or half a millisecond, everything else on the event loop gets its turn first.
 */
export class SocketConnection<Head> {
  readonly #socket: Socket
  readonly #clock: Clock
  readonly #turnClock: TurnClock
  readonly #busyPoll: BusyPoll
  readonly #writeRound: WriteRound
  readonly #connection: Connection<Head>
  readonly #writer: SocketWriter
  #cancelTimer: (() => void) | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  #isFlushDue = false
  #isTurnDue = false
  #isLeft = false
  #hasPeerEnded = false

  constructor(socket: Socket, deps: SocketConnectionDeps<Head>) {
    this.#socket = socket
    this.#clock = deps.clock
    this.#turnClock = new TurnClock(deps.clock)
    this.#busyPoll = deps.busyPoll
    this.#writeRound = deps.writeRound
    const sink = {
      write: (chunks: readonly Uint8Array[]) => this.#writer.write(chunks),
      end: ({ isLeft }: { readonly isLeft: boolean }) => {
        if (isLeft) deps.onLeft()
        this.#end(isLeft)
      },
      destroy: () => void socket.destroy(),
    }
    const { clock, limits, acceptor, slab, processBudget, onBug } = deps
    const turn = this.#turnClock
    const onPending = () => this.#flushSoon()
    this.#connection = new Connection(
      // Not by `...deps`: on Node 20 every connection's would be of a hidden class of its own.
      { limits, acceptor, slab, processBudget, turn, sink, onPending, onBug },
      clock.nowMs(),
    )
    this.#writer = new SocketWriter(socket, this.#connection.streams.budget, {
      onDrained: () => this.#drained(),
      onUnsent: (isUnsent, hasMoved) =>
        this.#connection.unsent(isUnsent, hasMoved, this.#clock.nowMs()),
      onLittleUnsent: () => this.#connection.wakeWithin(littleUnsentMs),
      onNoRoom: () => this.#connection.destroy(),
    })
    socket.setNoDelay(true)
    this.#listen(deps)
    this.#connection.greet()
    this.#setTimer()
  }

  drain(): void {
    this.#connection.drain(this.#clock.nowMs())
    this.#connection.flush()
  }

  destroy(): void {
    this.#connection.destroy()
  }

  #listen({ readRoom, onClose }: SocketConnectionDeps<Head>): void {
    const socket = this.#socket
    readRoom.read(socket, (octets, end) => this.#receive(octets, end))
    // The peer's process has ended, far more often than it waits for its last answers: every call is
    // cancelled at once, so that nothing runs, and no stream stays, for nobody. What is answered already
    // leaves before.
    socket.on('end', () => {
      this.#hasPeerEnded = true
      if (!this.#isTurnDue) this.#leave()
    })
    // It closes after an error, which says nothing that could be acted on.
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#cancelTimer?.()
      this.#connection.destroy()
      this.#writer.forget()
      onClose()
    })
  }

  #receive(octets: Buffer, end: number): void {
    const nowMs = this.#clock.nowMs()
    // Good until they were looked at, which is not now if a turn is due later.
    const good = this.#isTurnDue ? Buffer.from(octets.subarray(0, end)) : octets
    this.#connection.receive(good, end, nowMs)
    if (!this.#isTurnDue) this.#turn(nowMs)
    this.#busyPoll.extend(nowMs)
  }

  #turn(nowMs: number): void {
    this.#turnClock.begin(nowMs)
    const isMore = this.#connection.turn(nowMs)
    this.#writeRound.add(this.#connection, nowMs)
    if (isMore) this.#turnLater()
    else if (this.#socket.isPaused() && !this.#writer.isHeldBack) this.#resume()
    if (this.#connection.wakeAtMs < this.#timerAtMs) this.#setTimer()
  }

  #turnLater(): void {
    this.#isTurnDue = true
    this.#socket.pause()
    setImmediate(() => {
      this.#isTurnDue = false
      if (!this.#connection.isGone) this.#turn(this.#clock.nowMs())
      // Under TLS it may say so before all that it said was looked at.
      if (this.#hasPeerEnded && !this.#isTurnDue) this.#leave()
    })
  }

  #leave(): void {
    this.#connection.flush()
    this.#connection.destroy()
  }

  /**
   * To read what a flood has under way, only to drop it, costs more than the flood did: its sender is
   * held up instead, until the connection is taken away. `bench/attacks.ts` has the figures.
   */
  #end(isLeft: boolean): void {
    this.#isLeft = isLeft
    if (isLeft) this.#socket.pause()
    this.#writer.end()
  }

  #resume(): void {
    if (!this.#isLeft) this.#socket.resume()
  }

  #drained(): void {
    this.#connection.onSinkDrained(this.#clock.nowMs())
    if (!this.#isTurnDue && !this.#writer.isHeldBack) this.#resume()
  }

  /** After everything that is ready now, so that answers given together leave together. */
  #flushSoon(): void {
    if (this.#isFlushDue) return
    this.#isFlushDue = true
    process.nextTick(() => {
      this.#isFlushDue = false
      this.#connection.flush()
      if (this.#connection.wakeAtMs < this.#timerAtMs) this.#setTimer()
    })
  }

  #setTimer(): void {
    this.#cancelTimer?.()
    this.#timerAtMs = this.#connection.wakeAtMs
    if (this.#timerAtMs === Number.POSITIVE_INFINITY || this.#connection.isGone) return
    const delayMs = Math.max(0, this.#timerAtMs - this.#clock.nowMs())
    this.#cancelTimer = this.#clock.after(delayMs, () => this.#tick())
  }

  #tick(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY
    // What has left since it was looked at last is not held against the peer.
    this.#writer.look()
    this.#connection.tick(this.#clock.nowMs())
    this.#setTimer()
  }
}
