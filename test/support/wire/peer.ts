import type { Fields } from '../../../src/wire/fields.js'
import { findField } from '../../../src/wire/fields.js'
import { type CallLimits, defaultCallLimits } from '../../../src/wire/grpc/call.js'
import type { CallHead } from '../../../src/wire/grpc/call-head.js'
import { Calls } from '../../../src/wire/grpc/calls.js'
import { createInflate } from '../../../src/wire/grpc/inflate.js'
import type { Method } from '../../../src/wire/grpc/method.js'
import type { Fallback } from '../../../src/wire/grpc/raw-call.js'
import { HpackDecoder } from '../../../src/wire/hpack/decoder.js'
import { Connection } from '../../../src/wire/http2/connection.js'
import { emptyFrame, Flag, FrameType } from '../../../src/wire/http2/frame.js'
import { FrameReader } from '../../../src/wire/http2/frame-reader.js'
import { type ConnectionLimits, defaultConnectionLimits } from '../../../src/wire/http2/limits.js'
import { MemoryBudget } from '../../../src/wire/http2/memory-budget.js'
import { Slab } from '../../../src/wire/http2/outbox.js'
import * as frames from './frames.js'

export interface SeenFrame {
  readonly type: number
  readonly flags: number
  readonly streamId: number
  readonly payload: Buffer
  /** Of a block of headers. */
  readonly fields: Fields
}

export interface WirePeerOptions {
  readonly methods?: Readonly<Record<string, Method>>
  readonly fallback?: Fallback
  readonly limits?: Partial<ConnectionLimits & CallLimits>
  readonly processBudget?: MemoryBudget
  readonly slab?: Slab
  readonly isTurnOver?: () => boolean
  readonly isTurnLong?: () => boolean
  /** Gets what the server writes, which is not looked at here then. */
  readonly onOctets?: (octets: Buffer) => void
}

const quiet = {
  address: '192.0.2.1',
  port: 1,
  isUnixSocket: false,
  isEncrypted: false,
  isAuthorized: false,
  certificate: () => undefined,
}

/** A client made of frames, and the server's connection to it, without a socket and a clock. */
export class WirePeer {
  nowMs = 0
  readonly seen: SeenFrame[] = []
  readonly bugs: unknown[] = []
  readonly connection: Connection<CallHead>
  /** The server has said its last word, or has taken the socket away. */
  isEnded = false
  isDestroyed = false
  /** What the socket is to say to the next writes. */
  isCongested = false
  isFlushDue = false
  writes = 0
  readonly #reader = new FrameReader()
  readonly #decoder = new HpackDecoder({ listBytesMax: 1e6, fieldsMax: 1e4 })
  readonly #reads: Buffer[] = []
  readonly #onOctets: ((octets: Buffer) => void) | undefined

  constructor(options: WirePeerOptions = {}) {
    const limits = { ...defaultConnectionLimits, ...defaultCallLimits, ...options.limits }
    const { methods = {}, fallback } = options
    this.#onOctets = options.onOctets
    const acceptor = new Calls({
      limits,
      peer: quiet,
      inflate: createInflate(4),
      onBug: (error) => this.bugs.push(error),
      findMethod: (path) => methods[path],
      fallback,
    })
    const deps = {
      limits,
      acceptor,
      slab: options.slab ?? new Slab(),
      processBudget: options.processBudget ?? new MemoryBudget(Number.POSITIVE_INFINITY),
      sink: {
        write: (chunks: readonly Uint8Array[]) => this.#write(chunks),
        end: () => {
          this.isEnded = true
        },
        destroy: () => {
          this.isDestroyed = true
        },
      },
      turn: {
        isOver: options.isTurnOver ?? (() => false),
        isLong: options.isTurnLong ?? (() => false),
        rest: (goOn: () => void) => void setImmediate(goOn),
      },
      onPending: () => {
        this.isFlushDue = true
      },
      onBug: (error: unknown) => this.bugs.push(error),
    }
    this.connection = new Connection<CallHead>(deps, 0)
    this.connection.greet()
  }

  /** With the preface and settings exchanged. */
  static greeted(options?: WirePeerOptions): WirePeer {
    const peer = new WirePeer(options)
    peer.send(frames.preface, frames.settings(), frames.settingsAck())
    peer.seen.length = 0
    return peer
  }

  /** In one reading of the socket; takes as many turns as that needs, which it answers. */
  send(...octets: readonly Uint8Array[]): number {
    let turns = 1
    for (let isMore = this.read(Buffer.concat(octets)); isMore; turns++) isMore = this.turn()
    this.#parse()
    return turns
  }

  /** As a socket does: from memory that more stands in, and that the next reading writes over. */
  read(octets: Buffer): boolean {
    const memory = Buffer.alloc(octets.length + 64, 0xee)
    octets.copy(memory)
    this.connection.receive(memory, octets.length, this.nowMs)
    const isMore = this.turn()
    memory.fill(0xee)
    return isMore
  }

  /** Answers whether more wait for the next. */
  turn(): boolean {
    const isMore = this.connection.turn(this.nowMs)
    this.connection.flush()
    return isMore
  }

  /** Lets handlers that are ready answer, and what they answered arrive. */
  async settle(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      await new Promise((resolve) => setImmediate(resolve))
      this.flush()
    }
  }

  flush(): void {
    this.isFlushDue = false
    this.connection.flush()
    this.#parse()
  }

  /** Time passes, and the server does what is due. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms
    while (this.connection.wakeAtMs <= endMs) {
      this.nowMs = Math.max(this.nowMs, this.connection.wakeAtMs)
      this.connection.tick(this.nowMs)
    }
    this.nowMs = endMs
    this.flush()
  }

  of(type: number, streamId?: number): SeenFrame[] {
    return this.seen.filter(
      (one) => one.type === type && (streamId === undefined || one.streamId === streamId),
    )
  }

  /** The code that the connection was ended with. */
  get goawayCode(): number | undefined {
    return this.of(FrameType.goaway).at(-1)?.payload.readUInt32BE(4)
  }

  resetCode(streamId: number): number | undefined {
    return this.of(FrameType.rstStream, streamId).at(-1)?.payload.readUInt32BE(0)
  }

  /** A field of the stream's answer, from its headers or its trailers. */
  field(streamId: number, name: string): string | undefined {
    return this.of(FrameType.headers, streamId)
      .map(({ fields }) => findField(fields, name))
      .find((value) => value !== undefined)
  }

  status(streamId: number): number | undefined {
    const value = this.field(streamId, 'grpc-status')
    return value === undefined ? undefined : Number(value)
  }

  body(streamId: number): Buffer {
    return Buffer.concat(this.of(FrameType.data, streamId).map(({ payload }) => payload))
  }

  hasEnded(streamId: number): boolean {
    return this.seen.some(
      ({ streamId: id, type, flags }) =>
        id === streamId &&
        (type === FrameType.data || type === FrameType.headers) &&
        (flags & Flag.endStream) !== 0,
    )
  }

  /** Whether the server still answers pings. */
  get isAlive(): boolean {
    if (this.isEnded || this.isDestroyed) return false
    const before = this.of(FrameType.ping).length
    this.send(frames.ping())
    return this.of(FrameType.ping).length === before + 1
  }

  #write(chunks: readonly Uint8Array[]): boolean {
    this.writes += 1
    // Copied, as a socket would have, before the server uses its memory again.
    const copies = chunks.map((chunk) => Buffer.from(chunk))
    if (this.#onOctets) for (const copy of copies) this.#onOctets(copy)
    else this.#reads.push(...copies)
    return this.isCongested
  }

  #parse(): void {
    const frame = emptyFrame()
    for (const chunk of this.#reads.splice(0)) {
      this.#reader.feed(chunk, chunk.length)
      while (this.#reader.next(frame)) {
        const payload = frame.octets.subarray(frame.start, frame.end)
        const { type, flags, streamId } = frame
        const fields = type === FrameType.headers ? this.#decoder.decode(payload).fields : []
        this.seen.push({ type, flags, streamId, payload, fields })
      }
    }
  }
}
