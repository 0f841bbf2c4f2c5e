import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls'
import { BusyPoll } from './busy-poll.js'
import { type Clock, systemClock } from './clock.js'
import { type CallLimits, defaultCallLimits } from './grpc/call.js'
import { Calls, type CallsDeps } from './grpc/calls.js'
import { createInflate } from './grpc/inflate.js'
import type { Method } from './grpc/method.js'
import type { Fallback } from './grpc/raw-call.js'
import { type ConnectionLimits, defaultConnectionLimits } from './http2/limits.js'
import { MemoryBudget } from './http2/memory-budget.js'
import { Slab } from './http2/outbox.js'
import type { Peer } from './peer.js'
import { ReadRoom } from './read-room.js'
import { SocketConnection } from './socket-connection.js'
import { socketPeer } from './socket-peer.js'
import { type WaitingLimits, WaitingRoom } from './waiting-room.js'
import { WriteRound } from './write-round.js'

export interface ServerLimits extends ConnectionLimits, CallLimits, WaitingLimits {
  readonly connectionsMax: number
  /** Requests and answers held for all connections together. */
  readonly processBufferedBytesMax: number
  readonly inflationsMax: number
  /** How long to stay awake for the next call, where calls come so quickly; 0 sleeps at once. */
  readonly busyPollMs: number
}

export const defaultServerLimits: ServerLimits = {
  ...defaultConnectionLimits,
  ...defaultCallLimits,
  connectionsMax: 10_000,
  processBufferedBytesMax: 268_435_456,
  inflationsMax: 4,
  leftConnections: { burst: 10, perSecond: 1 },
  waitMs: 250,
  waitStepMs: 10,
  waitingMax: 1_000,
  busyPollMs: 0.1,
}

export interface WireServerOptions {
  /** By path, `/package.Service/Method`. */
  readonly methods: Readonly<Record<string, Method>>
  /** Answers every other path; without one they are unimplemented. */
  readonly fallback?: Fallback
  readonly limits?: Partial<ServerLimits>
  readonly clock?: Clock
  /** The connection of a peer is closed: it makes no more calls. */
  onPeerGone?(peer: Peer): void
  /** A handler threw, or this server has a mistake in it. The call or connection has ended. */
  onBug?(error: unknown): void
}

export type Endpoint =
  | { readonly host: string; readonly port: number; readonly tls?: TlsOptions }
  | { readonly path: string }

export interface WireServer {
  /** Answers the port, which was chosen for port 0; 0 for a UNIX socket. */
  listen(endpoint: Endpoint): Promise<number>
  /** Serves a connection that somebody else has accepted. */
  adopt(socket: Socket): void
  /**
   * Stops accepting, lets calls end for at most `graceMs`, then cuts them off. A second call waits for
   * what the first began.
   */
  close(graceMs: number): Promise<void>
  /** Connections at present. */
  readonly connections: number
  /** Octets held for peers at present. */
  readonly bufferedBytes: number
}

/** A gRPC server over HTTP/2 in plain text with prior knowledge, in TLS, and on UNIX sockets. */
export function createWireServer(options: WireServerOptions): WireServer {
  return new GrpcWireServer(options)
}

class GrpcWireServer implements WireServer {
  readonly #limits: ServerLimits
  readonly #clock: Clock
  readonly #methods: ReadonlyMap<string, Method>
  readonly #fallback: Fallback | undefined
  readonly #onPeerGone: (peer: Peer) => void
  readonly #onBug: (error: unknown) => void
  readonly #budget: MemoryBudget
  readonly #busyPoll: BusyPoll
  readonly #waitingRoom: WaitingRoom
  readonly #slab = new Slab()
  readonly #readRoom = new ReadRoom()
  readonly #writeRound = new WriteRound()
  readonly #inflate
  readonly #listeners: Server[] = []
  readonly #connections = new Set<SocketConnection<unknown>>()
  #closed: Promise<void> | undefined
  #onEmpty: (() => void) | undefined

  constructor({ methods, fallback, limits, clock, onPeerGone, onBug }: WireServerOptions) {
    this.#limits = { ...defaultServerLimits, ...limits }
    this.#clock = clock ?? systemClock
    this.#methods = new Map(Object.entries(methods))
    this.#fallback = fallback
    this.#onPeerGone = onPeerGone ?? (() => {})
    this.#onBug = onBug ?? (() => {})
    this.#budget = new MemoryBudget(this.#limits.processBufferedBytesMax)
    this.#busyPoll = new BusyPoll(this.#clock, this.#limits.busyPollMs)
    this.#waitingRoom = new WaitingRoom(this.#limits, this.#clock)
    this.#inflate = createInflate(this.#limits.inflationsMax)
  }

  get connections(): number {
    return this.#connections.size + this.#waitingRoom.waiting
  }

  get bufferedBytes(): number {
    return this.#budget.bytes
  }

  async listen(endpoint: Endpoint): Promise<number> {
    const server = this.#createListener(endpoint)
    server.maxConnections = this.#limits.connectionsMax
    this.#listeners.push(server)
    server.listen('path' in endpoint ? { path: endpoint.path } : listenOptions(endpoint))
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  adopt(socket: Socket): void {
    if (this.#closed || this.connections >= this.#limits.connectionsMax) socket.destroy()
    else this.#waitingRoom.enter(socket, (admitted) => this.#serve(admitted))
  }

  close(graceMs: number): Promise<void> {
    this.#closed ??= this.#close(graceMs)
    return this.#closed
  }

  async #close(graceMs: number): Promise<void> {
    for (const listener of this.#listeners) listener.close()
    this.#waitingRoom.close()
    if (this.#connections.size === 0) return
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve
    })
    for (const connection of this.#connections) connection.drain()
    const cancel = this.#clock.after(graceMs, () => {
      for (const connection of this.#connections) connection.destroy()
    })
    await empty
    cancel()
  }

  #serve(socket: Socket): void {
    const peer = socketPeer(socket)
    const connection: SocketConnection<unknown> = new SocketConnection(socket, {
      limits: this.#limits,
      acceptor: new Calls(this.#callsDeps(peer)),
      slab: this.#slab,
      processBudget: this.#budget,
      clock: this.#clock,
      busyPoll: this.#busyPoll,
      readRoom: this.#readRoom,
      writeRound: this.#writeRound,
      onBug: this.#onBug,
      onLeft: () => this.#waitingRoom.left(peer.address),
      onClose: () => {
        this.#onPeerGone(peer)
        this.#forget(connection)
      },
    })
    this.#connections.add(connection)
  }

  #createListener(endpoint: Endpoint): Server {
    if ('path' in endpoint || !endpoint.tls) return createServer((socket) => this.adopt(socket))
    const options = {
      ...endpoint.tls,
      ALPNProtocols: ['h2'],
      handshakeTimeout: this.#limits.handshakeMs,
    }
    return createTlsServer(options, (socket) => this.#adoptSecure(socket))
  }

  /** RFC 9113 section 3.2: over TLS the two agree on HTTP/2, or do not speak it. */
  #adoptSecure(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2') this.adopt(socket)
    else socket.destroy()
  }

  #callsDeps(peer: Peer): CallsDeps {
    return {
      limits: this.#limits,
      peer,
      inflate: this.#inflate,
      onBug: this.#onBug,
      findMethod: (path: string) => this.#methods.get(path),
      fallback: this.#fallback,
    }
  }

  #forget(connection: SocketConnection<unknown>): void {
    this.#connections.delete(connection)
    if (this.#connections.size === 0) this.#onEmpty?.()
  }
}

function listenOptions({ host, port }: { readonly host: string; readonly port: number }) {
  return { host, port }
}
