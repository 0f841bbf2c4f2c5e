import { encodeFields } from '../../../../src/wire/hpack/encoder.js'
import * as f from '../frames.js'
import type { Chance } from './chance.js'
import { crimes } from './crimes.js'

const names = ['x-a', 'x-b', 'grpc-timeout', 'grpc-encoding', 'content-length', 'te', 'x-c', 'x-d']
const values = ['a', '', '1S', '5m', 'gzip', 'br', '7', 'trailers', 'b', 'c', 'v'.repeat(500)]

/** What may still be sent each way; 0 names the connection. */
export interface Windows {
  receive(id: number): number
  send(id: number): number
}

export interface Client {
  /** One frame in so many breaks a rule; 0 for none. */
  readonly hostility: number
  /** What it calls. */
  readonly paths: readonly string[]
  readonly windows: Windows
}

/** Frames as clients send them, in any order; and, as often as they are hostile, something else. */
export class Grammar {
  readonly chance: Chance
  #nextId = 1
  #client: Client = { hostility: 0, paths: [], windows: { receive: () => 0, send: () => 0 } }
  /** The newest entry of the dynamic table is one that a block may name. */
  #isTaught = false
  /** Begun and not ended, as far as this side can tell. */
  readonly #openIds: number[] = []

  constructor(chance: Chance) {
    this.chance = chance
  }

  begin(client: Client): void {
    this.#client = client
    this.#isTaught = false
    this.#nextId = 1
    this.#openIds.length = 0
  }

  frame(): Buffer {
    const { chance } = this
    const { hostility } = this.#client
    if (hostility === 0 || !chance.oneIn(hostility)) return chance.pick(this.#rules)()
    if (chance.oneIn(6)) return this.#damage(Buffer.from(chance.pick(this.#rules)()))
    return chance.pick(crimes)(this)
  }

  newId(): number {
    const id = this.#nextId
    this.#nextId += 2
    return id
  }

  /** Of late, mostly. */
  someId(): number {
    return Math.max(1, this.#nextId - 2 * (1 + this.chance.below(6)))
  }

  /** Begins a stream where there is none. */
  onOpen(make: (id: number) => Buffer): Buffer {
    if (this.#openIds.length === 0) return this.headers()
    return make(this.chance.pick(this.#openIds))
  }

  /** A call that is not whole yet. */
  headers(...more: readonly string[]): Buffer {
    const { chance } = this
    const extra = Array.from({ length: chance.below(3) }, () => this.#field())
    const fields = f.callFields(chance.pick(this.#client.paths), ...extra.flat(), ...more)
    const id = this.newId()
    this.#openIds.push(id)
    if (this.#openIds.length > 30) this.#openIds.shift()
    return f.headers(id, this.#indexed(encodeFields(fields)))
  }

  /** As much as the windows let in, and `more`: the last octet decides. */
  fill(id: number, more: number): Buffer {
    const { chance } = this
    const { windows } = this.#client
    const room = Math.min(windows.receive(id), windows.receive(0))
    const frames: Buffer[] = []
    for (let left = room + more; left > 0 && frames.length < 8; ) {
      const bytes = Math.min(left, 16_384)
      const isPadded = chance.oneIn(3) && bytes > 300
      const pad = chance.below(256)
      const payload = Buffer.alloc(bytes)
      if (isPadded) payload[0] = pad
      frames.push(f.data(id, payload, isPadded ? f.padded : 0))
      left -= bytes
    }
    return Buffer.concat(frames)
  }

  /** The largest window there is, and `more`. */
  widen(id: number, more: number): Buffer {
    const bytes = 0x7fffffff - this.#client.windows.send(id) + more
    return f.windowUpdate(id, Math.max(1, Math.min(bytes, 0x7fffffff)))
  }

  size(): number {
    const large = this.chance.below(1_000_000)
    return this.chance.pick([0, 1, 65_535, 16_384, 0x7fffffff, large])
  }

  readonly #rules: readonly (() => Buffer)[] = [
    ...Array<() => Buffer>(8).fill(() => this.#call()),
    ...Array<() => Buffer>(6).fill(() => this.onOpen((id) => this.#data(id))),
    ...Array<() => Buffer>(3).fill(() => this.headers()),
    () => this.onOpen((id) => this.#ended(id, f.request(id, ['x-trailer', 'a']))),
    () => this.onOpen((id) => this.#ended(id, f.rstStream(id, this.chance.below(20)))),
    () => f.rstStream(this.someId(), 8),
    () => this.onOpen((id) => f.windowUpdate(id, 1 + this.chance.below(100_000))),
    () => f.windowUpdate(0, 1 + this.chance.below(100_000)),
    () => f.windowUpdate(this.someId(), 1 + this.chance.below(100_000)),
    () => this.#settings(),
    () => f.ping(`\0\0\0\0\0\0\0${this.chance.pick(['\x07', '\x01', 'a'])}`, this.chance.below(2)),
    () => f.settingsAck(),
    () => f.priority(this.#anyId(), 0),
    () => this.#split(),
    () => this.#prioritized(),
    () => this.#unknown(),
    () => this.#taught(),
    () => (this.chance.oneIn(3) ? this.onOpen((id) => this.fill(id, 0)) : f.ping()),
    () => (this.chance.oneIn(9) ? this.widen(this.chance.pick([0, this.someId()]), 0) : f.ping()),
  ]

  #call(): Buffer {
    const { chance } = this
    const id = this.newId()
    const body = f.message(Buffer.alloc(chance.below(300), chance.below(256)), this.#flag())
    const headers = f.headers(id, f.callFields(chance.pick(this.#client.paths)))
    if (chance.oneIn(20)) return Buffer.concat([headers, f.lastData(id)])
    return Buffer.concat([headers, f.lastData(id, body)])
  }

  #flag(): number {
    return this.chance.oneIn(20) ? 1 : 0
  }

  #field(): string[] {
    const name = this.chance.pick(names)
    if (name === 'te') return [name, 'trailers']
    // A length that is right is one that nobody has stated, mostly.
    if (name === 'content-length') return this.chance.oneIn(4) ? [name, '7'] : ['x-length', '7']
    return [name, this.chance.pick(values)]
  }

  /** With octets after it that use or change the dynamic table. */
  #indexed(block: Buffer): Buffer {
    const tail = this.chance.pick([
      Buffer.of(),
      Buffer.of(0x40, 1, 0x78, 2, 0x61, 0x62),
      Buffer.of(0x40, 1, 0x78, 2, 0x61, 0x62, 0xbe),
      Buffer.of(0x40, 1, 0x79, 2, 0x61, 0x62, 0x7e, 1, 0x61),
      Buffer.of(0x00, 0x82, 0x1f, 0x7f, 0x01, 0x61),
    ])
    this.#isTaught = false
    if (this.chance.oneIn(30)) return Buffer.concat([Buffer.of(0x20), block])
    if (this.chance.oneIn(30)) return Buffer.concat([Buffer.of(0x20, 0x3f, 0xe1, 0x1f), block])
    return Buffer.concat([block, tail])
  }

  /** The same octets again and again; what they mean is for the table to say. */
  #taught(): Buffer {
    const block = [encodeFields(f.callFields())]
    if (this.#isTaught) block.push(Buffer.of(0xbe))
    if (!this.#isTaught || this.chance.oneIn(3)) {
      // Of the entries 28, content-length, and 25, content-disposition, one is right.
      block.push(Buffer.of(this.chance.pick([0x5c, 0x59]), 1, 0x37))
      this.#isTaught = true
    }
    // A length of 0 is right, of 7 not: the last octet decides.
    else block.push(Buffer.of(0x0f, 0x0d, 1, this.chance.pick([0x30, 0x37])))
    return f.request(this.newId(), Buffer.concat(block))
  }

  #data(id: number): Buffer {
    const { chance } = this
    const body = chance.pick([
      () => Buffer.alloc(chance.below(16_385), chance.below(256)),
      () => f.message(Buffer.alloc(chance.below(2_000))),
      () => f.message(Buffer.alloc(20_000)).subarray(0, chance.below(16_384)),
      () => Buffer.of(),
    ])()
    const flags = chance.pick([0, 0, 0, 0, 0, f.endStream])
    if (flags === f.endStream) this.#ended(id, body)
    if (!chance.oneIn(20)) return f.data(id, body.subarray(0, 16_384), flags)
    return f.data(
      id,
      Buffer.concat([Buffer.of(3), body.subarray(0, 9_000), Buffer.alloc(3)]),
      f.padded,
    )
  }

  #ended(id: number, octets: Buffer): Buffer {
    this.#openIds.splice(this.#openIds.indexOf(id), 1)
    return octets
  }

  #settings(): Buffer {
    const { chance } = this
    const window = [4, chance.pick([0, 100, 65_535, chance.below(100_000)])] as const
    const table = [1, chance.pick([0, 100, 4_096, chance.below(9_000)])] as const
    return chance.pick([
      () => f.settings(window, table),
      () => f.settings(window),
      () => f.settings(table, [4, 70_000], window),
      () => f.settings([2, 0], [3, chance.below(100)], [5, 16_384 + chance.below(100_000)]),
      () => f.settings([6, 1_000], [9, 1], [0x1234, 0xffffffff]),
      () => f.settings(),
    ])()
  }

  /** A header block over several frames. */
  #split(): Buffer {
    const id = this.newId()
    const block = encodeFields(f.callFields(this.chance.pick(this.#client.paths)))
    const pieces = this.chance.cut(block, 9)
    const last = pieces.length - 1
    return Buffer.concat(
      pieces.map((piece, index) => {
        const flags = index === last ? f.endHeaders : 0
        if (index === 0) return f.headers(id, piece, f.endStream | flags)
        return f.continuation(id, piece, flags)
      }),
    )
  }

  #prioritized(): Buffer {
    const id = this.newId()
    const block = encodeFields(f.callFields(this.chance.pick(this.#client.paths)))
    const flags = f.endHeaders | f.endStream | f.withPriority | f.padded
    const parts = [Buffer.of(2), f.words(this.chance.pick([0, 0x80000001])), Buffer.of(9), block]
    return f.headers(id, Buffer.concat([...parts, Buffer.of(0, 0)]), flags)
  }

  #unknown(): Buffer {
    const { chance } = this
    const type = 10 + chance.below(246)
    const payload = Buffer.alloc(chance.below(40))
    return f.frame({ type, flags: chance.below(256), streamId: this.#anyId(), payload })
  }

  #anyId(): number {
    return this.chance.pick([this.someId(), this.#nextId + 2, 2])
  }

  #damage(frame: Buffer): Buffer {
    frame[this.chance.below(Math.min(frame.length, 200))] = this.chance.below(256)
    return frame
  }
}
