import type { Method } from '../../../src/wire/grpc/method.js'
import { Refusal } from '../../../src/wire/grpc/reply.js'
import { encodeFields } from '../../../src/wire/hpack/encoder.js'
import { ErrorCode } from '../../../src/wire/http2/error-code.js'
import { MemoryBudget } from '../../../src/wire/http2/memory-budget.js'
import { Slab } from '../../../src/wire/http2/outbox.js'
import * as f from './frames.js'
import { WirePeer } from './peer.js'

/**
 * Frames made by a grammar: mostly what a client may send, with something wrong now and then, in any
 * order, cut into readings of any size. One seed is one history.
 */

export interface FuzzReport {
  readonly frames: number
  readonly connections: number
  readonly answers: number
  /** How often connections ended with each code. */
  readonly codes: Readonly<Record<string, number>>
  readonly heldBytesMax: number
}

const knownCodes: ReadonlySet<number> = new Set(Object.values(ErrorCode))
const heldBytesLimit = 4_000_000

export async function fuzz(seed: number, framesMax: number): Promise<FuzzReport> {
  const run = new FuzzRun(seed)
  while (run.frames < framesMax) await run.connection()
  return run.report()
}

class FuzzRun {
  frames = 0
  #connections = 0
  #answers = 0
  #heldBytesMax = 0
  readonly #codes: Record<string, number> = {}
  readonly #seed: number
  readonly #grammar: Grammar
  readonly #slab = new Slab()
  readonly #budget = new MemoryBudget(heldBytesLimit)

  constructor(seed: number) {
    this.#seed = seed
    this.#grammar = new Grammar(seed)
  }

  /** One client from its preface to its end. */
  async connection(): Promise<void> {
    this.#connections += 1
    const grammar = this.#grammar
    const peer = new WirePeer({
      methods,
      slab: this.#slab,
      processBudget: this.#budget,
      limits: { messageBytesMax: 100_000, bufferedBytesMax: 1_000_000, streamsMax: 20 },
    })
    peer.send(f.preface, f.settings())
    grammar.begin()
    const readings = grammar.below(200)
    for (let reading = 0; reading < readings && !peer.isEnded && !peer.isDestroyed; reading++) {
      this.#read(peer)
      if (grammar.oneIn(40)) peer.pass(grammar.below(20_000))
      if (grammar.oneIn(200)) await peer.settle()
    }
    this.#end(peer)
  }

  report(): FuzzReport {
    return {
      frames: this.frames,
      connections: this.#connections,
      answers: this.#answers,
      codes: this.#codes,
      heldBytesMax: this.#heldBytesMax,
    }
  }

  #read(peer: WirePeer): void {
    const count = 1 + this.#grammar.below(12)
    const octets = Buffer.concat(Array.from({ length: count }, () => this.#grammar.frame()))
    this.frames += count
    const turns = peer.send(...this.#grammar.cut(octets))
    this.#require(turns <= count + 2, peer, `${turns} turns for ${count} frames`)
    this.#heldBytesMax = Math.max(this.#heldBytesMax, this.#budget.bytes)
  }

  #end(peer: WirePeer): void {
    this.#require(peer.bugs.length === 0, peer, `a mistake of the server's: ${peer.bugs[0]}`)
    const code = peer.goawayCode
    if (code !== undefined) {
      this.#require(knownCodes.has(code), peer, `GOAWAY with the unknown code ${code}`)
      this.#codes[code] = (this.#codes[code] ?? 0) + 1
    }
    this.#answers += peer.of(1).length
    peer.connection.destroy()
    this.#require(this.#budget.bytes === 0, peer, `${this.#budget.bytes} octets are still held`)
  }

  #require(isSo: boolean, peer: WirePeer, what: string): void {
    if (isSo) return
    throw new Error(`seed ${this.#seed}, connection ${this.#connections}: ${what}`, {
      cause: peer.bugs[0],
    })
  }
}

const methods: Readonly<Record<string, Method>> = {
  '/test.Echo/Unary': { kind: 'unary', handle: (message) => Buffer.from(message) },
  '/test.Echo/Later': { kind: 'unary', handle: async (message) => Buffer.from(message) },
  '/test.Echo/Large': { kind: 'unary', handle: () => Buffer.alloc(90_000) },
  '/test.Echo/Never': { kind: 'unary', handle: (_, { signal }) => untilAborted(signal) },
  '/test.Echo/Stream': {
    kind: 'streaming',
    open: (call) => ({
      message: (message) => {
        if (!call.send(message)) call.pause()
        if (message.length === 7) call.finish(new Refusal(10, 'seven'))
      },
      drain: () => call.resume(),
      end: () => call.finish(),
    }),
  },
}

function untilAborted(signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(Buffer.of()))
  })
}

const names = ['x-a', 'x-b', 'grpc-timeout', 'grpc-encoding', 'content-length', 'te', ':path', 'X']
const values = ['a', '', '1S', '5m', 'gzip', 'br', '7', 'trailers', ' x', 'a\nb', 'v'.repeat(500)]

class Grammar {
  #state: number
  #nextId = 1
  /** Begun and not ended, as far as this side can tell. */
  readonly #openIds: number[] = []

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  begin(): void {
    this.#nextId = 1
    this.#openIds.length = 0
  }

  /** Mulberry32: small, and the same everywhere. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  oneIn(chances: number): boolean {
    return this.below(chances) === 0
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T
  }

  /** Pieces with nothing missing. */
  cut(octets: Buffer): Buffer[] {
    const at = this.below(octets.length + 1)
    return [octets.subarray(0, at), octets.subarray(at)]
  }

  frame(): Buffer {
    const made = this.pick(this.#rules)()
    if (!this.oneIn(300)) return made
    return this.#damage(Buffer.from(made))
  }

  readonly #rules: readonly (() => Buffer)[] = [
    ...Array<() => Buffer>(8).fill(() => this.#call()),
    ...Array<() => Buffer>(6).fill(() => this.#onOpen((id) => this.#data(id))),
    ...Array<() => Buffer>(3).fill(() => this.#headers()),
    () => this.#onOpen((id) => f.request(id, ['x-trailer', 'a'])),
    () => this.#onOpen((id) => f.rstStream(id, this.below(20))),
    () => this.#onOpen((id) => f.windowUpdate(id, 1 + this.below(100_000))),
    () => f.windowUpdate(0, 1 + this.below(100_000)),
    () => f.settings([4, this.below(100_000)], [1, this.below(5_000)]),
    () => f.ping(undefined, this.below(2)),
    () => f.priority(this.#someId()),
    () => this.#split(),
    () => this.pick(this.#rarities)(),
  ]

  /** What mostly ends a connection or a stream. */
  readonly #rarities: readonly (() => Buffer)[] = [
    ...Array<() => Buffer>(8).fill(() => f.ping()),
    () => f.windowUpdate(this.#someId(), this.#size()),
    () => f.settings([this.below(9), this.#size()]),
    () => f.priority(this.#someId(), this.#someId()),
    () => f.goaway(this.below(10), this.below(20)),
    () => f.lastData(this.#someId(), 'late'),
    () => f.frame({ type: this.below(256), flags: this.below(256), streamId: this.#someId() }),
  ]

  #call(): Buffer {
    const id = this.#newId()
    const path = this.pick(Object.keys(methods))
    const body = f.message(Buffer.alloc(this.below(300)), this.oneIn(20) ? 1 : 0)
    return Buffer.concat([f.headers(id, f.callFields(path)), f.lastData(id, body)])
  }

  #headers(): Buffer {
    const extra = Array.from({ length: this.below(4) }, () => [this.pick(names), this.pick(values)])
    const fields = f.callFields(this.pick(Object.keys(methods)), ...extra.flat())
    const id = this.#newId()
    this.#openIds.push(id)
    return f.headers(id, this.#indexed(encodeFields(fields)))
  }

  /** With octets after it that use, change or break the dynamic table. */
  #indexed(block: Buffer): Buffer {
    const tail = this.pick([
      Buffer.of(),
      Buffer.of(0x40, 1, 0x78, 2, 0x61, 0x62),
      Buffer.of(0x40, 1, 0x78, 2, 0x61, 0x62, 0xbe),
      Buffer.of(0x40, 1, 0x79, 2, 0x61, 0x62, 0x7e, 1, 0x61),
      Buffer.of(0x00, 0x81, 0x1f, 0x01, 0x61),
    ])
    if (this.oneIn(30)) return Buffer.concat([Buffer.of(0x20 | this.below(32)), block])
    if (this.oneIn(200)) return Buffer.concat([block, Buffer.of(this.below(256))])
    return Buffer.concat([block, tail])
  }

  #data(id: number): Buffer {
    const body = this.pick([
      () => Buffer.alloc(this.below(16_385), this.below(256)),
      () => f.message(Buffer.alloc(this.below(2_000))),
      () => f.message(Buffer.alloc(20_000)).subarray(0, this.below(16_384)),
      () => Buffer.of(),
    ])()
    const flags = this.pick([0, 0, 0, 0, 0, f.endStream])
    if (flags === f.endStream) this.#openIds.splice(this.#openIds.indexOf(id), 1)
    if (!this.oneIn(20)) return f.data(id, body.subarray(0, 16_384), flags)
    return f.data(id, Buffer.concat([Buffer.of(3), body.subarray(0, 9_000)]), f.padded)
  }

  /** A header block over several frames, some of which may be missing. */
  #split(): Buffer {
    const id = this.#newId()
    const block = encodeFields(f.callFields())
    const at = this.below(block.length)
    const parts = [
      f.headers(id, block.subarray(0, at), f.endStream),
      f.continuation(id, block.subarray(at), f.endHeaders),
    ]
    return Buffer.concat(this.oneIn(10) ? parts.slice(0, 1) : parts)
  }

  #damage(frame: Buffer): Buffer {
    const at = this.below(frame.length)
    frame[at] = this.below(256)
    return frame
  }

  #newId(): number {
    if (this.oneIn(1_000)) return this.below(1_000)
    const id = this.#nextId
    this.#nextId += 2
    return id
  }

  /** Begins a stream where there is none. */
  #onOpen(make: (id: number) => Buffer): Buffer {
    return this.#openIds.length > 0 ? make(this.pick(this.#openIds)) : this.#headers()
  }

  /** Of late, mostly. */
  #someId(): number {
    if (this.oneIn(50)) return this.below(10_000)
    return Math.max(1, this.#nextId - 2 * (1 + this.below(6)))
  }

  #size(): number {
    return this.pick([0, 1, 65_535, 16_384, 0x7fffffff, this.below(1_000_000)])
  }
}
