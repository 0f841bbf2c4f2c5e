import type { Socket } from 'node:net'
import type { Clock } from './clock.js'
import { type Rate, TokenBucket } from './http2/token-bucket.js'

export interface WaitingLimits {
  /** Connections of one address that were left for what they did, before its next ones wait. */
  readonly leftConnections: Rate
  /** For so long after that; and how long each waits at least before a word of it is read. */
  readonly waitMs: number
  /** They are let in one after another, with so much between. */
  readonly waitStepMs: number
  /** Of one address; more are turned away. */
  readonly waitingMax: number
}

interface Address {
  readonly bucket: TokenBucket
  /** Until when the address has to wait, and when the last of its waiting connections is let in. */
  untilMs: number
  letInAtMs: number
  waiting: number
}

/** Addresses remembered; those that were heard of least lately are forgotten. */
const addressesMax = 1_000

/**
 * To accept, greet and leave a connection costs far more than to open one, so who is left and comes
 * back at once, again and again, does harm whatever each connection may do. The next connections from
 * there wait, unread. Those that are open go on; a neighbour behind the same address loses a moment.
 */
export class WaitingRoom {
  readonly #limits: WaitingLimits
  readonly #clock: Clock
  readonly #addresses = new Map<string, Address>()
  readonly #sockets = new Set<Socket>()

  constructor(limits: WaitingLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** A connection from there was left for what it did. */
  left(from: string): void {
    const address = this.#addresses.get(from) ?? {
      bucket: new TokenBucket(this.#limits.leftConnections),
      untilMs: 0,
      letInAtMs: 0,
      waiting: 0,
    }
    this.#addresses.delete(from)
    this.#addresses.set(from, address)
    const nowMs = this.#clock.nowMs()
    if (!address.bucket.take(nowMs)) address.untilMs = nowMs + this.#limits.waitMs
    const [oldest] = this.#addresses.keys()
    if (this.#addresses.size > addressesMax && oldest !== undefined) this.#addresses.delete(oldest)
  }

  /** Calls `serve` with the socket: at once, after a wait, or not at all. */
  enter(socket: Socket, serve: (socket: Socket) => void): void {
    const address = this.#addresses.get(socket.remoteAddress ?? '')
    if (!address || address.untilMs <= this.#clock.nowMs()) serve(socket)
    else if (address.waiting >= this.#limits.waitingMax) socket.destroy()
    else this.#hold(socket, address, serve)
  }

  /** Turns away all who wait. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  get waiting(): number {
    return this.#sockets.size
  }

  #hold(socket: Socket, address: Address, serve: (socket: Socket) => void): void {
    address.waiting += 1
    this.#sockets.add(socket)
    socket.pause()
    const leave = () => {
      if (!this.#sockets.delete(socket)) return
      address.waiting -= 1
      cancel()
      socket.off('close', leave)
    }
    const nowMs = this.#clock.nowMs()
    const { waitMs, waitStepMs } = this.#limits
    address.letInAtMs = Math.max(nowMs + waitMs, address.letInAtMs + waitStepMs)
    const cancel = this.#clock.after(address.letInAtMs - nowMs, () => {
      leave()
      if (socket.destroyed) return
      serve(socket)
      socket.resume()
    })
    socket.on('close', leave)
    // For good: an error may be told of after the wait.
    socket.on('error', ignore)
  }
}

/** What is closed by an error is closed. */
function ignore(): void {}
