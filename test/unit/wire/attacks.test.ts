import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Method } from '../../../src/wire/grpc/method.js'
import { encodeFields, encodeInteger } from '../../../src/wire/hpack/encoder.js'
import { ErrorCode } from '../../../src/wire/http2/error-code.js'
import { FrameType } from '../../../src/wire/http2/frame.js'
import { MemoryBudget } from '../../../src/wire/http2/memory-budget.js'
import * as f from '../../support/wire/frames.js'
import { WirePeer, type WirePeerOptions } from '../../support/wire/peer.js'

/** Each limit is attacked, and somebody else's call is answered all the same. */

const large = Buffer.alloc(100_000)
const methods: Readonly<Record<string, Method>> = {
  '/test.Echo/Unary': { kind: 'unary', handle: (message) => Buffer.from(message) },
  '/test.Echo/Never': { kind: 'unary', handle: () => new Promise(() => {}) },
  '/test.Echo/Large': { kind: 'unary', handle: () => large },
}
const processBudget = new MemoryBudget(1_000_000)

function attacked(limits: WirePeerOptions['limits'] = {}): WirePeer {
  return WirePeer.greeted({ methods, processBudget, limits })
}

const times = (count: number, make: (index: number) => Buffer) =>
  Array.from({ length: count }, (_, index) => make(index))

const calm = ErrorCode.enhanceYourCalm

/** Another connection is served, and what the attack made this process hold is given back. */
function expectOthersServed(): void {
  const other = WirePeer.greeted({ methods, processBudget })
  other.send(f.unaryCall(1, 'hello'))
  expect(other.status(1)).toBe(0)
  expect(other.body(1).subarray(5).toString()).toBe('hello')
}

describe('a flood of', () => {
  const floods: readonly (readonly [string, number, (index: number) => Buffer])[] = [
    ['streams that are reset at once', 1_001, (i) => resetCall(i)],
    ['streams reset by the server through bad updates', 1_001, (i) => madeYouReset(i)],
    ['pings', 501, () => f.ping()],
    ['settings', 51, () => f.settings()],
    ['acknowledged pings', 2_001, () => f.ping('\0\0\0\0\0\0\0\0', 1)],
    ['acknowledged settings', 2_001, () => f.settingsAck()],
    ['priorities', 2_001, () => f.priority(1)],
    ['unknown frames', 2_001, () => f.frame({ type: 0x42 })],
    ['window updates without effect', 2_001, () => f.windowUpdate(0, 1)],
    ['GOAWAY frames', 2_001, () => f.goaway()],
  ]

  const resetCall = (index: number) =>
    Buffer.concat([f.headers(index * 2 + 1, callBlock), f.rstStream(index * 2 + 1)])
  const madeYouReset = (index: number) =>
    Buffer.concat([f.headers(index * 2 + 1, callBlock), f.windowUpdate(index * 2 + 1, 0)])

  test.each(floods)('%s is left', (_, count, make) => {
    const peer = attacked()
    peer.send(...times(count - 1, make))
    expect(peer.isAlive || peer.goawayCode === calm).toBe(true)
    peer.send(...times(2, (index) => make(count - 1 + index)))
    expect(peer.goawayCode).toBe(calm)
    expect(peer.isEnded).toBe(true)
    expectOthersServed()
  })

  test('empty DATA is left', () => {
    const peer = attacked()
    peer.send(f.headers(1, callBlock), ...times(2_010, () => f.data(1, '')))
    expect(peer.goawayCode).toBe(calm)
    expectOthersServed()
  })

  test('CONTINUATION frames is left', () => {
    const peer = attacked()
    peer.send(f.headers(1, callBlock, 0), ...times(9, () => f.continuation(1, Buffer.of())))
    expect(peer.goawayCode).toBe(calm)
    expectOthersServed()
  })

  test('CONTINUATION octets is left', () => {
    const peer = attacked({ continuationsMax: 1_000 })
    const part = Buffer.alloc(16_384, encodeFields(['x', 'a']))
    peer.send(f.headers(1, callBlock, 0), ...times(6, () => f.continuation(1, part)))
    expect(peer.goawayCode).toBe(calm)
    expectOthersServed()
  })

  test('fields of one block is left', () => {
    const peer = attacked()
    peer.send(f.headers(1, Buffer.alloc(2_048, 0x82)))
    expect(peer.goawayCode).toBeUndefined()
    peer.send(f.headers(3, Buffer.alloc(2_049, 0x82)))
    expect(peer.goawayCode).toBe(calm)
    expectOthersServed()
  })

  test('resets that is slow enough is a client that changes its mind, and is served', () => {
    const peer = attacked()
    for (let index = 0; index < 5_000; index++) {
      peer.send(resetCall(index))
      peer.pass(6)
    }
    peer.send(f.unaryCall(100_001, 'hello'))
    expect(peer.status(100_001)).toBe(0)
  })

  test('window updates that acknowledge answers finely is served', () => {
    const peer = attacked()
    for (let index = 0; index < 5_000; index++) {
      peer.send(f.unaryCall(index * 2 + 1, 'hello'), f.windowUpdate(0, 10), f.windowUpdate(0, 1))
    }
    expect(peer.isAlive).toBe(true)
  })
})

const callBlock = encodeFields(f.callFields('/test.Echo/Never'))

describe('streams', () => {
  test('above the limit are refused, and served when others have ended', () => {
    const peer = attacked({ streamsMax: 4 })
    peer.send(...times(5, (i) => f.headers(i * 2 + 1, callBlock)))
    expect(peer.resetCode(9)).toBe(ErrorCode.refusedStream)
    peer.send(f.rstStream(1), f.unaryCall(11, 'hello'))
    expect(peer.status(11)).toBe(0)
  })

  test('that are given up still count while their handlers run', async () => {
    const open: (() => void)[] = []
    const peer = WirePeer.greeted({
      methods: {
        '/test.Echo/Unary': {
          kind: 'unary',
          handle: () => new Promise((resolve) => open.push(() => resolve(Buffer.of()))),
        },
      },
      limits: { streamsMax: 2 },
    })
    peer.send(...times(2, (i) => Buffer.concat([f.unaryCall(i * 2 + 1), f.rstStream(i * 2 + 1)])))
    peer.send(f.unaryCall(5))
    expect(peer.resetCode(5)).toBe(ErrorCode.refusedStream)
    for (const end of open) end()
    await peer.settle()
    peer.send(f.unaryCall(7))
    expect(peer.resetCode(7)).toBeUndefined()
  })
})

describe('headers', () => {
  test('above 8 KiB are refused in words, and the next call is answered', () => {
    const peer = attacked()
    peer.send(
      f.headers(1, f.callFields('/test.Echo/Unary', 'x-much', 'a'.repeat(9_000))),
      f.unaryCall(3, 'hello'),
    )
    expect(peer.status(1)).toBe(8)
    expect(peer.status(3)).toBe(0)
  })

  test('of 70 KiB in continuations, or of 200 fields, cost their call only', () => {
    const peer = attacked()
    const block = encodeFields(f.callFields('/test.Echo/Unary', 'x-much', '~'.repeat(70_000)))
    const parts = times(5, (i) => block.subarray(i * 16_000, (i + 1) * 16_000))
    const [first = block, ...rest] = parts
    peer.send(
      f.headers(1, first, f.endStream),
      ...rest.map((part, i) => f.continuation(1, part, i === rest.length - 1 ? f.endHeaders : 0)),
    )
    const many = Array.from({ length: 200 }, (_, i) => [`x-${i}`, 'a']).flat()
    peer.send(f.request(3, f.callFields('/test.Echo/Unary', ...many)), f.unaryCall(5, 'hello'))
    expect([peer.status(1), peer.status(3), peer.status(5)]).toEqual([8, 8, 0])
  })

  test('that name one large entry again and again are not spread out in memory', () => {
    const peer = attacked()
    const entry = Buffer.concat([
      ...[Buffer.of(0x40, 1, 0x78), encodeInteger(3_900, 7, 0), Buffer.alloc(3_900, 'v')],
    ])
    const bomb = Buffer.concat([encodeFields(f.callFields()), entry, Buffer.alloc(2_000, 0xbe)])
    peer.send(f.request(1, bomb), f.unaryCall(3, 'hello'))
    expect([peer.status(1), peer.status(3)]).toEqual([8, 0])
  })

  test('that never end are given up', () => {
    const peer = attacked()
    peer.send(f.headers(1, callBlock, 0))
    peer.pass(10_001)
    expect(peer.isEnded).toBe(true)
    expectOthersServed()
  })
})

describe('memory', () => {
  test('for requests is bounded for each connection', () => {
    const peer = attacked({ bufferedBytesMax: 50_000 })
    const part = f.message(Buffer.alloc(40_000)).subarray(0, 15_000)
    peer.send(
      ...times(6, (i) => Buffer.concat([f.headers(i * 2 + 1, call), f.data(i * 2 + 1, part)])),
    )
    const statuses = times(6, (i) => Buffer.of(peer.status(i * 2 + 1) ?? 99)).map(([one]) => one)
    expect(statuses).toEqual([99, 99, 99, 8, 8, 8])
    peer.connection.destroy()
    expect(processBudget.bytes).toBe(0)
  })

  test('for requests is bounded for all connections together', () => {
    const budget = new MemoryBudget(50_000)
    const peers = times(6, () => Buffer.of()).map(() =>
      WirePeer.greeted({ methods, processBudget: budget }),
    )
    const part = f.message(Buffer.alloc(40_000)).subarray(0, 15_000)
    for (const peer of peers) peer.send(f.headers(1, call), f.data(1, part))
    expect(peers.filter((peer) => peer.status(1) === 8)).toHaveLength(3)
    for (const peer of peers) peer.connection.destroy()
    expect(budget.bytes).toBe(0)
  })

  test('is not set aside for what is only promised', () => {
    const peer = attacked()
    const promise = f.message(Buffer.alloc(4_000_000)).subarray(0, 6)
    peer.send(
      ...times(200, (i) => Buffer.concat([f.headers(i * 2 + 1, call), f.data(i * 2 + 1, promise)])),
    )
    expect(processBudget.bytes).toBeLessThan(300_000)
    peer.connection.destroy()
    expect(processBudget.bytes).toBe(0)
  })

  const unfinished: readonly (readonly [string, Buffer])[] = [
    ['part of a frame', f.data(1, Buffer.alloc(16_000)).subarray(0, 10)],
    [
      'part of a block of headers',
      Buffer.concat([
        f.headers(1, Buffer.alloc(8_000), 0),
        ...times(2, () => f.continuation(1, Buffer.alloc(4_000))),
      ]),
    ],
  ]
  test.each(unfinished)('for %s is counted, bounded and given back', (_, part) => {
    const peer = attacked()
    peer.send(part)
    expect(processBudget.bytes).toBeGreaterThanOrEqual(16_000)
    peer.connection.destroy()
    expect(processBudget.bytes).toBe(0)
    const poor = attacked({ bufferedBytesMax: 10_000 })
    poor.send(part)
    expect(poor.goawayCode).toBe(calm)
    expectOthersServed()
    expect(processBudget.bytes).toBe(0)
  })

  test('for what waits for its turn is counted until it has had it', () => {
    const peer = attacked()
    expect(peer.read(Buffer.concat(times(400, () => f.ping())))).toBe(true)
    expect(processBudget.bytes).toBeGreaterThan(100 * 17)
    expect(peer.turn()).toBe(false)
    expect(processBudget.bytes).toBe(0)
  })

  test('for a message in gzip is held until that was read, though its call is given up', async () => {
    const peer = attacked()
    const packed = f.message(gzipSync(randomBytes(50_000)), 1)
    const fields = f.callFields('/test.Echo/Unary', 'grpc-encoding', 'gzip')
    const parts = times(4, (i) => f.data(1, packed.subarray(i * 15_000, (i + 1) * 15_000)))
    peer.send(f.headers(1, fields), ...parts, f.lastData(1), f.rstStream(1))
    expect(processBudget.bytes).toBeGreaterThan(50_000)
    await expect.poll(() => processBudget.bytes).toBe(0)
  })

  test('for answers that a window holds back is bounded, and given back at the deadline', () => {
    const peer = attacked({ bufferedBytesMax: 250_000 })
    peer.send(
      f.settings([4, 0]),
      ...times(3, (i) => f.unaryCall(i * 2 + 1, '', '/test.Echo/Large')),
    )
    expect(peer.resetCode(5)).toBe(calm)
    expect(processBudget.bytes).toBeGreaterThan(200_000)
    expectOthersServed()
    peer.pass(60_001)
    expect([peer.resetCode(1), peer.resetCode(3)]).toEqual([ErrorCode.cancel, ErrorCode.cancel])
    expect(processBudget.bytes).toBe(0)
  })

  test('for answers is not made ready while the socket takes none', () => {
    const peer = attacked()
    peer.isCongested = true
    peer.send(f.ping())
    peer.send(f.unaryCall(1, '', '/test.Echo/Large'))
    expect(peer.body(1)).toHaveLength(0)
    peer.isCongested = false
    peer.connection.onSinkDrained(peer.nowMs)
    peer.send(f.windowUpdate(0, 200_000), f.windowUpdate(1, 200_000))
    expect(peer.body(1)).toHaveLength(100_005)
  })
})

const call = encodeFields(f.callFields())

describe('time', () => {
  test('for the first words is bounded', () => {
    const peer = new WirePeer({ methods })
    peer.send(f.preface.subarray(0, 10))
    peer.pass(10_001)
    expect(peer.isEnded).toBe(true)
  })

  test('for half a request ends with its deadline, which begins with its headers', () => {
    const peer = attacked()
    peer.send(f.headers(1, f.callFields('/test.Echo/Unary', 'grpc-timeout', '1S')))
    peer.send(f.data(1, f.message('hello').subarray(0, 7)))
    peer.pass(999)
    expect(peer.status(1)).toBeUndefined()
    peer.pass(1)
    expect(peer.status(1)).toBe(4)
    expect(processBudget.bytes).toBe(0)
  })

  test('for a request without a deadline, or with one too far, is bounded all the same', () => {
    const peer = attacked({ keepaliveMs: 1e6 })
    peer.send(f.headers(1, call))
    peer.send(f.headers(3, f.callFields('/test.Echo/Unary', 'grpc-timeout', '99999999H')))
    peer.pass(60_000)
    expect([peer.status(1), peer.status(3)]).toEqual([4, undefined])
    peer.pass(240_000)
    expect(peer.status(3)).toBe(4)
  })

  test('for part of a frame is bounded', () => {
    const peer = attacked()
    peer.send(f.ping().subarray(0, 12))
    peer.pass(10_001)
    expect(peer.isEnded).toBe(true)
  })

  test('for part of a frame begins with that frame: who is busy is not cut off', () => {
    const peer = attacked()
    const ping = f.ping()
    peer.send(ping.subarray(0, 12))
    for (let second = 0; second < 30; second++) {
      peer.pass(1_000)
      peer.send(ping.subarray(12), ping.subarray(0, 12))
    }
    expect([peer.isEnded, peer.of(FrameType.ping).length]).toEqual([false, 30])
    peer.pass(10_001)
    expect(peer.isEnded).toBe(true)
  })

  test.each([
    ['a frame', times(16, (i) => f.ping().subarray(i, i + 1))],
    [
      'a block of headers',
      times(8, (i) => (i === 0 ? f.headers(1, Buffer.of(), 0) : f.continuation(1, Buffer.of()))),
    ],
  ])('for %s is not longer when it comes in drops', (_, drops) => {
    const peer = attacked()
    for (const drop of drops) {
      peer.send(drop)
      peer.pass(10_001 / drops.length)
    }
    expect(peer.isEnded).toBe(true)
  })

  test('without a call is bounded: the peer is asked to go, and is gone', () => {
    const peer = attacked({ idleMs: 1_000 })
    peer.pass(1_000)
    expect(peer.goawayCode).toBe(ErrorCode.noError)
    peer.pass(2_000)
    expect(peer.isEnded).toBe(true)
    peer.pass(1_000)
    expect(peer.isDestroyed).toBe(true)
  })

  test('without a sign of life is bounded while calls are open', () => {
    const peer = attacked({ keepaliveMs: 1_000, keepaliveTimeoutMs: 500, timeoutMsDefault: 1e6 })
    peer.send(f.headers(1, call))
    peer.pass(1_000)
    expect(peer.of(FrameType.ping)).toHaveLength(1)
    peer.send(f.ping('\0\0\0\0\0\0\0\0', 1))
    peer.pass(999)
    expect(peer.isDestroyed).toBe(false)
    peer.pass(501)
    expect(peer.isDestroyed).toBe(true)
  })

  test('for a peer that does not read is bounded', () => {
    const peer = attacked()
    peer.isCongested = true
    peer.send(f.ping())
    peer.pass(20_000)
    expect(peer.isDestroyed).toBe(true)
  })

  test('is shared: thousands of frames in one reading take many turns', () => {
    const peer = attacked()
    expect(peer.send(...times(1_000, (i) => f.unaryCall(i * 2 + 1, 'a')))).toBeGreaterThan(5)
    expect(peer.status(1_999)).toBe(0)
  })
})

describe('a drain', () => {
  test('answers what was begun, also what was on its way, and then ends', () => {
    const peer = attacked()
    peer.send(f.headers(1, call))
    peer.connection.drain(peer.nowMs)
    peer.flush()
    expect(peer.of(FrameType.goaway).at(-1)?.payload.readUInt32BE(0)).toBe(0x7fffffff)
    peer.send(f.headers(3, call))
    const [ping] = peer.of(FrameType.ping)
    peer.send(f.ping(ping?.payload.toString('latin1'), 1))
    expect(peer.of(FrameType.goaway).at(-1)?.payload.readUInt32BE(0)).toBe(3)
    peer.send(f.unaryCall(5, 'late'))
    peer.send(f.lastData(1, f.message('a')), f.lastData(3, f.message('b')))
    expect([peer.status(1), peer.status(3), peer.status(5)]).toEqual([0, 0, undefined])
    expect(peer.isEnded).toBe(true)
  })

  test('takes no stream back that it has let go, whatever comes after', () => {
    const peer = attacked()
    peer.send(f.headers(1, call))
    peer.connection.drain(peer.nowMs)
    peer.pass(1_000)
    peer.send(f.unaryCall(5, 'late'), f.ping('\0\0\0\0\0\0\0\x01', 1), f.data(0, 'wrong'))
    const lastIds = peer.of(FrameType.goaway).map(({ payload }) => payload.readUInt32BE(0))
    expect(lastIds).toEqual([0x7fffffff, 1, 1, 1])
    expect(peer.goawayCode).toBe(ErrorCode.protocolError)
  })

  test('does not wait for ever', () => {
    const peer = attacked({ drainMs: 5_000, timeoutMsDefault: 1e6 })
    peer.send(f.headers(1, call))
    peer.connection.drain(peer.nowMs)
    peer.pass(5_000)
    expect(peer.isEnded).toBe(true)
  })

  test('comes with age', () => {
    const peer = attacked({ ageMs: 1_000 })
    peer.pass(999)
    expect(peer.goawayCode).toBeUndefined()
    peer.pass(1)
    expect(peer.goawayCode).toBe(ErrorCode.noError)
  })
})
