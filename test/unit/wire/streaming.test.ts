import { expect, test } from 'vitest'
import type { RawCall } from '../../../src/wire/grpc/raw-call.js'
import type { StreamingCall } from '../../../src/wire/grpc/streaming-call.js'
import { encodeFields } from '../../../src/wire/hpack/encoder.js'
import { ErrorCode } from '../../../src/wire/http2/error-code.js'
import { FrameType } from '../../../src/wire/http2/frame.js'
import { MemoryBudget } from '../../../src/wire/http2/memory-budget.js'
import { memoryUsed } from '../../support/memory-used.js'
import * as f from '../../support/wire/frames.js'
import { WirePeer } from '../../support/wire/peer.js'

/** A handler in the hands of the test. */
function streaming(limits = {}, isTurnLong = () => false) {
  const got: string[] = []
  const calls: StreamingCall[] = []
  const processBudget = new MemoryBudget(10_000_000)
  const peer = WirePeer.greeted({
    processBudget,
    limits,
    isTurnLong,
    methods: {
      '/test.Echo/Stream': {
        kind: 'streaming',
        open: (call) => {
          calls.push(call)
          return {
            message: (message) => got.push(message.toString()),
            end: () => got.push('end'),
            drain: () => got.push('drain'),
            cancel: () => got.push('cancel'),
          }
        },
      },
    },
  })
  peer.send(f.headers(1, block))
  const [call] = calls
  if (!call) throw new Error('the call was not opened')
  return { peer, call, got, processBudget }
}

const block = encodeFields(f.callFields('/test.Echo/Stream'))

test('messages arrive whole and in order, however they are cut', () => {
  const { peer, got } = streaming()
  const octets = Buffer.concat(['one', '', 'three'].map((text) => f.message(text)))
  for (const octet of octets) peer.send(f.data(1, Buffer.of(octet)))
  peer.send(f.lastData(1))
  expect(got).toEqual(['one', '', 'three', 'end'])
})

test('a handler that pauses gets nothing, and then the rest; nothing is credited meanwhile', () => {
  const { peer, call, got, processBudget } = streaming({ streamWindowBytes: 20_000 })
  call.pause()
  peer.send(f.data(1, f.message('a'.repeat(9_000))), f.data(1, f.message('b'.repeat(9_000))))
  expect(got).toEqual([])
  expect(peer.of(FrameType.windowUpdate, 1)).toHaveLength(0)
  expect(processBudget.bytes).toBeGreaterThan(18_000)
  call.resume()
  peer.flush()
  expect(got.map((text) => text[0])).toEqual(['a', 'b'])
  expect(peer.of(FrameType.windowUpdate, 1).length).toBeGreaterThan(0)
  expect(processBudget.bytes).toBe(0)
})

test('a frame of many messages is read in turns once the first takes too long', async () => {
  let isLong = true
  const { peer, got, processBudget } = streaming({}, () => isLong)
  const texts = Array.from({ length: 200 }, (_, at) => String(at))
  peer.send(f.lastData(1, Buffer.concat(texts.map((text) => f.message(text)))))
  expect(got).toEqual(texts.slice(0, 64))
  await new Promise(setImmediate)
  expect(got).toEqual(texts.slice(0, 128))
  isLong = false
  await new Promise(setImmediate)
  expect(got).toEqual([...texts, 'end'])
  expect(processBudget.bytes).toBe(0)
})

test('a call that ends between two turns gets nothing more', async () => {
  const { peer, got, processBudget } = streaming({}, () => true)
  peer.send(f.data(1, Buffer.concat(Array(200).fill(f.message('a')))), f.rstStream(1, 8))
  await new Promise(setImmediate)
  expect(got).toEqual([...Array(64).fill('a'), 'cancel'])
  expect(processBudget.bytes).toBe(0)
})

test('what a pause makes the server hold is bounded', () => {
  const { peer, call } = streaming({ bufferedBytesMax: 10_000 })
  call.pause()
  peer.send(f.data(1, f.message('a'.repeat(9_000))), f.data(1, f.message('b'.repeat(9_000))))
  expect(peer.status(1)).toBe(8)
})

test('what a pause makes the server hold is about what was sent, in pieces however small', () => {
  const { peer, call, got } = streaming()
  call.pause()
  const pieces = Buffer.concat(Array.from({ length: 10_000 }, () => f.data(1, Buffer.of(0))))
  const before = memoryUsed()
  for (let index = 0; index < 30; index++) peer.send(pieces)
  expect(memoryUsed() - before).toBeLessThan(5_000_000)
  call.resume()
  expect(got).toHaveLength(60_000)
})

test('a handler that is told to wait is told when to go on', () => {
  const { peer, call, got } = streaming()
  peer.send(f.settings([4, 10]))
  expect(call.send(Buffer.from('hello'))).toBe(true)
  expect(call.send(Buffer.from('hello'))).toBe(false)
  expect(got).toEqual([])
  peer.send(f.windowUpdate(1, 100))
  expect(got).toEqual(['drain'])
  expect(peer.body(1)).toHaveLength(20)
})

test('a window that stays shut ends a call without a deadline, and gives back what it held', () => {
  const { peer, call, got, processBudget } = streaming({ keepaliveMs: 1e9 })
  peer.send(f.settings([4, 0]))
  call.send(Buffer.from('hello'))
  call.finish()
  expect(processBudget.bytes).toBe(10)
  for (let ping = 0; ping < 10; ping++) {
    peer.pass(30_000)
    peer.send(f.ping())
    peer.connection.tick(peer.nowMs)
  }
  peer.flush()
  expect(peer.resetCode(1)).toBe(ErrorCode.cancel)
  expect(got).toEqual([])
  expect(processBudget.bytes).toBe(0)
})

test('a handler hears once that its client has gone', () => {
  const { peer, got, call } = streaming()
  peer.send(f.rstStream(1))
  peer.connection.destroy()
  expect(got).toEqual(['cancel'])
  expect(call.isCancelled).toBe(true)
  expect(call.signal.aborted).toBe(true)
  expect(call.send(Buffer.from('late'))).toBe(false)
})

test('the answers of one reading leave in one write', () => {
  const { peer, call } = streaming()
  const before = peer.writes
  for (let index = 0; index < 50; index++) call.send(Buffer.from('hello'))
  peer.flush()
  expect(peer.writes).toBe(before + 1)
  const unary = WirePeer.greeted({
    methods: { '/test.Echo/Unary': { kind: 'unary', handle: (message) => message } },
  })
  const earlier = unary.writes
  unary.send(...Array.from({ length: 50 }, (_, index) => f.unaryCall(index * 2 + 1, 'hello')))
  expect(unary.writes).toBe(earlier + 1)
})

/** A call that is somebody else's, in the hands of the test. */
function bridged(timeout: readonly string[] = []) {
  const calls: RawCall[] = []
  const got: string[] = []
  const peer = WirePeer.greeted({
    limits: { timeoutMsDefault: 60_000 },
    fallback: (call) => {
      calls.push(call)
      return {
        data: () => {},
        end: () => got.push('end'),
        drain: () => {},
        cancel: () => got.push('cancel'),
      }
    },
  })
  peer.send(f.headers(1, f.callFields('/test.Other/Any', ...timeout)))
  const [call] = calls
  if (!call) throw new Error('the call was not opened')
  return { peer, call, got }
}

test.each([
  ['without a deadline', []],
  ['with a later one', ['grpc-timeout', '10H']],
])('a bridged request %s that does not come to its end is given up', (_, timeout) => {
  const { peer, got } = bridged(timeout)
  peer.send(f.data(1, f.message('half').subarray(0, 6)))
  peer.pass(59_000)
  expect(got).toEqual([])
  peer.pass(2_000)
  expect(peer.status(1)).toBe(4)
  expect(got).toEqual(['cancel'])
})

test('a bridged request that is complete, or answered, may last', () => {
  const complete = bridged()
  complete.peer.send(f.lastData(1, f.message('one')))
  const answered = bridged()
  answered.call.respond([':status', '200'])
  for (const { peer, got, call } of [complete, answered]) {
    for (let minutes = 0; minutes < 10; minutes++) {
      peer.pass(50_000)
      peer.send(f.ping())
    }
    expect(got).not.toContain('cancel')
    call.respond([':status', '200'], true)
    peer.flush()
    expect(peer.hasEnded(1)).toBe(true)
  }
})

test('a bridged request that is complete keeps the deadline that it stated', () => {
  const { peer, got } = bridged(['grpc-timeout', '70S'])
  peer.send(f.lastData(1, f.message('one')))
  peer.pass(69_000)
  expect(got).toEqual(['end'])
  peer.pass(2_000)
  expect(peer.status(1)).toBe(4)
})
