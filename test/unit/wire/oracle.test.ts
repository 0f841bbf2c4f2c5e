import { describe, expect, test } from 'vitest'
import { defaultConnectionLimits } from '../../../src/wire/http2/limits.js'
import * as f from '../../support/wire/frames.js'
import type { Moment } from '../../support/wire/oracle/grounds.js'
import { HpackReader } from '../../support/wire/oracle/hpack.js'
import { Oracle } from '../../support/wire/oracle/oracle.js'

/** An oracle that nothing displeases proves nothing: here are servers that it must not like. */

const limits = { ...defaultConnectionLimits, streamsMax: 2, slowPaths: new Set<string>() }
const quiet: Moment = {
  nowMs: 0,
  isEnded: false,
  isDestroyed: false,
  isMemoryRefused: false,
  isDraining: false,
}

/** What it says of a server that answered so, to a client that said so, after the first words. */
function problems(client: readonly Buffer[], server: readonly Buffer[], moment = quiet): string[] {
  const oracle = new Oracle(limits)
  oracle.sent(Buffer.concat([f.preface, f.settings()]))
  oracle.answered(Buffer.concat([f.settings(), f.windowUpdate(0, 4_128_769), f.settingsAck()]))
  oracle.judge(quiet)
  expect(oracle.problems).toEqual([])
  oracle.sent(Buffer.concat(client))
  oracle.answered(Buffer.concat(server))
  oracle.judge(moment)
  return oracle.problems
}

const call = f.headers(1, f.callFields())
const asked = f.request(1)
const status = [':status', '200']
const headers = f.headers(1, status)
const trailers = f.request(1, ['grpc-status', '0'])
const ended = { ...quiet, isEnded: true }
const draining = { ...quiet, isDraining: true }
const pong = f.ping(undefined, 1)
/** More than a stream may send: 65 frames, where the window takes 64. */
const overflow = [call, ...Array<Buffer>(65).fill(f.data(1, Buffer.alloc(16_384)))]

describe('the oracle is content with a server', () => {
  test.each<[string, Buffer[], Buffer[], Moment?]>([
    ['that answers', [asked], [headers, f.data(1, 'a'), trailers]],
    ['that answers pings and settings', [f.ping(), f.settings()], [pong, f.settingsAck()]],
    ['that resets a malformed request', [f.request(1, [':path', '/'])], [f.rstStream(1, 1)]],
    ['that refuses what is too many', [call, f.request(3), f.request(5)], [f.rstStream(5, 7)]],
    ['that ends for a reason', [f.data(0, 'a')], [f.goaway(0, 1)], ended],
    ['that ends for one of two reasons', [f.windowUpdate(0, 0), f.ping()], [f.goaway(0, 1)], ended],
    [
      'that passes over what it has reset',
      [call, f.data(1, 'a')],
      [headers, trailers, f.rstStream(1, 0)],
    ],
    ['that says farewell when it may', [], [f.goaway(0x7fffffff, 0), f.ping()], draining],
  ])('%s', (_, client, server, moment) => {
    expect(problems(client, server, moment)).toEqual([])
  })
})

describe('the oracle sees a connection', () => {
  test.each<[string, string, Buffer[], Buffer[], Moment?]>([
    [
      'that goes on after an error',
      'must end with PROTOCOL_ERROR, but: it goes on',
      [f.data(0, 'a')],
      [],
    ],
    [
      'that ends with another code',
      'ends with INTERNAL_ERROR, permitted: PROTOCOL_ERROR',
      [f.data(0, 'a')],
      [f.goaway(0, 2)],
      ended,
    ],
    [
      'that ends for no reason',
      'ends with PROTOCOL_ERROR, permitted: none',
      [f.ping()],
      [f.goaway(0, 1)],
      ended,
    ],
    [
      'that is torn down without a word',
      'torn down without a word',
      [f.ping()],
      [pong],
      { ...quiet, isDestroyed: true },
    ],
    [
      'that takes a frame too large',
      'must end with FRAME_SIZE_ERROR',
      [f.data(1, Buffer.alloc(16_385))],
      [],
    ],
    [
      'that takes a continuation of nothing',
      'must end with PROTOCOL_ERROR',
      [f.continuation(1, Buffer.of())],
      [],
    ],
    [
      'that lets a block be interrupted',
      'must end with PROTOCOL_ERROR',
      [f.headers(1, Buffer.of(0x82), 0), f.ping()],
      [pong],
    ],
    [
      'that answers what it cannot read',
      'must end with COMPRESSION_ERROR',
      [f.request(1, Buffer.of(0x80))],
      [f.rstStream(1, 1)],
    ],
    [
      'that takes an invalid setting',
      'must end with FLOW_CONTROL_ERROR',
      [f.settings([4, 0x80000000])],
      [f.settingsAck()],
    ],
    [
      'that takes a window too large',
      'must end with FLOW_CONTROL_ERROR',
      [f.windowUpdate(0, 0x7fffffff)],
      [],
    ],
    [
      'that takes more than its window',
      'permitted: FLOW_CONTROL_ERROR',
      overflow,
      [f.rstStream(1, 1)],
    ],
    ['that lets a stream of its own begin', 'must end with PROTOCOL_ERROR', [f.request(2)], []],
    [
      'that has enough of pings too soon',
      'ends with ENHANCE_YOUR_CALM, permitted: none',
      [f.ping()],
      [pong, f.goaway(0, 11)],
      ended,
    ],
    [
      'that never has enough of pings',
      'must end with ENHANCE_YOUR_CALM',
      Array(1_100).fill(f.ping()),
      Array(1_100).fill(pong),
    ],
    ['that says farewell for no reason', 'a farewell for no reason', [], [f.goaway(0x7fffffff, 0)]],
    [
      'that lets streams go that it answers',
      'a frame after the reset of its stream',
      [asked],
      [headers, f.goaway(0, 0)],
      draining,
    ],
    [
      'that takes streams back in',
      'takes streams back in',
      [asked],
      [f.goaway(0, 0), f.goaway(1, 0)],
      draining,
    ],
    ['that does not answer pings', 'pings are not answered', [f.ping()], []],
    ['that answers another ping', 'an answer to another ping', [f.ping()], [f.ping('another!', 1)]],
    ['that does not acknowledge settings', 'settings are not acknowledged', [f.settings()], []],
    [
      'that gives more window than it takes',
      'more window than was taken',
      [],
      [f.windowUpdate(0, 1)],
    ],
    [
      'that speaks after its last word',
      'a frame after the last',
      [f.data(0, 'a')],
      [f.goaway(0, 1), f.settingsAck()],
      ended,
    ],
  ])('%s', (_, problem, ...[client, server, moment]) => {
    expect(problems(client, server, moment).join('\n')).toContain(problem)
  })

  test('that waits for ever for the rest of a frame', () => {
    const oracle = new Oracle(limits)
    oracle.sent(Buffer.concat([f.preface, f.settings(), call.subarray(0, 5)]))
    oracle.answered(Buffer.concat([f.settings(), f.settingsAck()]))
    oracle.judge(quiet)
    oracle.judge({ ...quiet, nowMs: limits.handshakeMs })
    expect(oracle.problems).toEqual([])
    oracle.judge({ ...quiet, nowMs: limits.handshakeMs + 1 })
    expect(oracle.problems).toEqual(['a frame takes too long, and the connection goes on'])
  })
})

describe('the oracle sees a stream', () => {
  const malformed = f.request(1, [':path', '/'])
  const reset = [call, f.rstStream(1)]
  const long = f.headers(1, [...f.callFields(), 'content-length', '2'])
  const small = f.settings([4, 1])

  test.each<[string, string, Buffer[], Buffer[]]>([
    [
      'that is served although malformed',
      'must be reset with PROTOCOL_ERROR, but: nothing',
      [malformed],
      [headers, trailers],
    ],
    [
      'that is reset with another code',
      'must be reset with PROTOCOL_ERROR, but: INTERNAL_ERROR',
      [malformed],
      [f.rstStream(1, 2)],
    ],
    [
      'that is reset for no reason',
      'reset with PROTOCOL_ERROR, permitted: none',
      [asked],
      [f.rstStream(1, 1)],
    ],
    [
      'that is reset twice',
      'is reset 2 times',
      [malformed],
      [f.rstStream(1, 1), f.rstStream(1, 1)],
    ],
    [
      'that is refused too soon',
      'reset with REFUSED_STREAM, permitted: none',
      [asked],
      [f.rstStream(1, 7)],
    ],
    [
      'that is one too many',
      'must be reset with REFUSED_STREAM',
      [call, f.request(3), f.request(5)],
      [],
    ],
    [
      'that is given up early with no answer',
      'reset with NO_ERROR, permitted: none',
      [call],
      [f.rstStream(1, 0)],
    ],
    [
      'that takes less than was stated',
      'must be reset with PROTOCOL_ERROR',
      [long, f.lastData(1, 'a')],
      [],
    ],
    [
      'that takes more than was stated',
      'must be reset with PROTOCOL_ERROR',
      [long, f.data(1, 'aaa')],
      [],
    ],
    [
      'that takes data after its end',
      'must be reset with STREAM_CLOSED',
      [asked, f.data(1, 'a')],
      [],
    ],
    [
      'that goes on after a window of nothing',
      'must be reset with PROTOCOL_ERROR',
      [call, f.windowUpdate(1, 0)],
      [],
    ],
    ['that nobody has begun', 'a stream that was never begun', [], [headers]],
    [
      'that says something after its end',
      'a frame after the end of its stream',
      [asked],
      [headers, trailers, f.data(1, 'a')],
    ],
    [
      'that says something after its reset',
      'a frame after the reset of its stream',
      [malformed],
      [f.rstStream(1, 1), headers],
    ],
    [
      'that ends twice',
      'a frame after the end of its stream',
      [asked],
      [headers, trailers, trailers],
    ],
    ['that sends data before headers', 'data before the headers', [asked], [f.data(1, 'a')]],
    ['that has no status', 'no status', [asked], [trailers]],
    [
      'that has trailers without an end',
      'trailers that are not the end',
      [asked],
      [headers, f.headers(1, ['a', 'b'])],
    ],
    [
      'that has names in capitals',
      'a malformed answer',
      [asked],
      [f.request(1, [...status, 'A', 'b'])],
    ],
    [
      'that sends more than its window',
      "more than the stream's window",
      [small, asked],
      [f.settingsAck(), headers, f.data(1, 'aa')],
    ],
    [
      'that cannot be decoded',
      'a block that cannot be decoded',
      [asked],
      [f.request(1, Buffer.of(0xbe))],
    ],
    [
      'whose table is too large',
      'a table larger than the client has room for',
      [f.settings([1, 0]), asked],
      [f.settingsAck(), headers],
    ],
  ])('%s', (_, problem, client, server) => {
    expect(problems(client, server).join('\n')).toContain(problem)
  })

  test('that is answered although the client has reset it', () => {
    const oracle = new Oracle(limits)
    oracle.sent(Buffer.concat([f.preface, f.settings(), ...reset]))
    oracle.answered(Buffer.concat([f.settings(), f.settingsAck()]))
    oracle.judge(quiet)
    expect(oracle.problems).toEqual([])
    oracle.answered(headers)
    oracle.judge(quiet)
    expect(oracle.problems.join('\n')).toContain('a stream that the client has reset')
  })
})

/** RFC 7541, appendix C.4 and C.6.1: the table and the code of the oracle are its own. */
test('the oracle reads header blocks as the RFC does', () => {
  const reader = new HpackReader()
  const read = (hex: string) => reader.read(Buffer.from(hex, 'hex'))?.fields.map(String)
  const request = [':method,GET', ':scheme,http', ':path,/', ':authority,www.example.com']
  expect(read('828684418cf1e3c2e5f23a6ba0ab90f4ff')).toEqual(request)
  expect(read('828684be5886a8eb10649cbf')).toEqual([...request, 'cache-control,no-cache'])
  expect(read('828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf')).toEqual([
    ...[':method,GET', ':scheme,https', ':path,/index.html', ':authority,www.example.com'],
    'custom-key,custom-value',
  ])
  expect(read('6196d07abe941054d444a8200595040b8166e082a62d1bff')).toEqual([
    'date,Mon, 21 Oct 2013 20:13:21 GMT',
  ])
  expect(read('c3')).toBeUndefined()
})
