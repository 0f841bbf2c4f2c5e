import { describe, expect, test } from 'vitest'
import { encodeFields } from '../../../src/wire/hpack/encoder.js'
import { FrameType } from '../../../src/wire/http2/frame.js'
import {
  accepted,
  answered,
  conforms,
  connectionError,
  get,
  type Outcome,
  open,
  plainServer,
  streamError,
} from '../../support/wire/conformance.js'
import * as f from '../../support/wire/frames.js'
import { WirePeer } from '../../support/wire/peer.js'

/** The catalogue of h2spec, section by section, with the numbers of RFC 9113. */

const block = encodeFields(get)
const half = block.length >> 1
const opened = f.headers(1, open)
const big = Buffer.alloc(16_385)

describe('3.4 the preface', () => {
  test('is answered', () => {
    const peer = new WirePeer(plainServer)
    peer.send(f.preface, f.settings(), f.request(1, get))
    answered()(peer)
  })

  test('may come octet by octet', () => {
    const peer = new WirePeer(plainServer)
    for (const octet of Buffer.concat([f.preface, f.settings(), f.request(1, get)])) {
      peer.send(Buffer.of(octet))
    }
    answered()(peer)
  })

  test.each([
    ['another protocol', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['noise', '\x16\x03\x01\x02\0\x01\0\x01'],
    ['almost the preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\rX'],
  ])('that is %s ends the connection', (_, text) => {
    const peer = new WirePeer(plainServer)
    peer.send(Buffer.from(text, 'latin1'))
    connectionError('protocolError')(peer)
  })

  test.each([
    ['another frame', f.ping()],
    ['an acknowledgement of settings', f.settingsAck()],
  ])('is followed by settings, not by %s', (_, first) => {
    const peer = new WirePeer(plainServer)
    peer.send(f.preface, first)
    connectionError('protocolError')(peer)
  })
})

describe('4.1 and 4.2 frames', () => {
  conforms([
    {
      name: '4.1: a frame of an unknown type is passed over',
      send: (p) => p.send(f.frame({ type: 0x16, payload: Buffer.alloc(8) })),
      outcome: accepted,
    },
    {
      name: '4.1: an unknown flag is passed over',
      send: (p) => p.send(f.ping('\0\0\0\0\0\0\0\0', 0x16)),
      outcome: (p) => expect(p.of(FrameType.ping)[0]?.flags).toBe(1),
    },
    {
      name: '4.1: the reserved bit is passed over',
      send: (p) =>
        p.send(f.frame({ type: FrameType.ping, streamId: 0x80000000, payload: Buffer.alloc(8) })),
      outcome: (p) => expect(p.of(FrameType.ping)).toHaveLength(1),
    },
    {
      name: '4.2: a DATA frame of 2^14 octets is taken',
      send: (p) => p.send(f.headers(1, get), f.lastData(1, Buffer.alloc(16_384))),
      outcome: answered(),
    },
    {
      name: '4.2: a DATA frame that is too large is a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.headers(1, get), f.lastData(1, big)),
      outcome: connectionError('frameSizeError'),
    },
    {
      name: '4.2: a HEADERS frame that is too large is a FRAME_SIZE_ERROR of the connection',
      send: (p) => p.send(f.request(1, big)),
      outcome: connectionError('frameSizeError'),
    },
  ])
})

describe('4.3 header blocks', () => {
  const begun = f.headers(1, block.subarray(0, half), f.endStream)
  conforms([
    {
      name: '4.3: a block that cannot be decoded is a COMPRESSION_ERROR',
      send: (p) => p.send(f.request(1, Buffer.of(0x40))),
      outcome: connectionError('compressionError'),
    },
    {
      name: '4.3: a PRIORITY frame inside a block is a PROTOCOL_ERROR',
      send: (p) => p.send(begun, f.priority(1)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '4.3: a HEADERS frame of another stream inside a block is a PROTOCOL_ERROR',
      send: (p) => p.send(begun, f.request(3, get)),
      outcome: connectionError('protocolError'),
    },
  ])
})

describe('5.1 stream states', () => {
  const ended = [f.request(1, get)]
  const halfClosed = [f.request(1, open)]
  const reset = [f.headers(1, open), f.rstStream(1)]
  conforms([
    ...[
      ['DATA', f.lastData(1, 'test')],
      ['RST_STREAM', f.rstStream(1)],
      ['WINDOW_UPDATE', f.windowUpdate(1, 100)],
      ['CONTINUATION', f.continuation(1, block, f.endHeaders)],
    ].map(([name, frame]) => ({
      name: `5.1: ${name} on an idle stream is a PROTOCOL_ERROR of the connection`,
      send: (p: WirePeer) => p.send(frame as Buffer),
      outcome: connectionError('protocolError'),
    })),
    {
      name: '5.1: DATA on a half-closed (remote) stream is a STREAM_CLOSED of the stream',
      send: (p) => p.send(...halfClosed, f.lastData(1, 'test')),
      outcome: streamError('streamClosed'),
    },
    {
      name: '5.1: HEADERS on a half-closed (remote) stream is a STREAM_CLOSED of the stream',
      send: (p) => p.send(...halfClosed, f.request(1, get)),
      outcome: streamError('streamClosed'),
    },
    {
      name: '5.1: CONTINUATION on a half-closed (remote) stream is a PROTOCOL_ERROR',
      send: (p) => p.send(...halfClosed, f.continuation(1, block, f.endHeaders)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '5.1: DATA on a stream that its sender reset is a STREAM_CLOSED of the stream',
      send: (p) => p.send(...reset, f.lastData(1, 'test')),
      outcome: streamError('streamClosed'),
    },
    {
      name: '5.1: HEADERS on a stream that their sender reset is a STREAM_CLOSED of the stream',
      send: (p) => p.send(...reset, f.request(1, get)),
      outcome: streamError('streamClosed'),
    },
    {
      name: '5.1: CONTINUATION on a stream that its sender reset is a PROTOCOL_ERROR',
      send: (p) => p.send(...reset, f.continuation(1, block, f.endHeaders)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '5.1: DATA on a stream that both have ended is a STREAM_CLOSED of the connection',
      send: (p) => p.send(...ended, f.lastData(1, 'test')),
      outcome: connectionError('streamClosed'),
    },
    {
      name: '5.1: HEADERS on a stream that both have ended are a STREAM_CLOSED of the connection',
      send: (p) => p.send(...ended, f.request(1, get)),
      outcome: connectionError('streamClosed'),
    },
    {
      name: '5.1: CONTINUATION on a stream that both have ended is a PROTOCOL_ERROR',
      send: (p) => p.send(...ended, f.continuation(1, block, f.endHeaders)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '5.1: WINDOW_UPDATE and RST_STREAM may still arrive on a stream that has ended',
      send: (p) => p.send(...ended, f.windowUpdate(1, 9), f.rstStream(1)),
      outcome: answered(),
    },
    {
      name: '5.1: what was on its way to a stream that was reset here is passed over',
      send: (p) =>
        p.send(opened, f.windowUpdate(1, 0), f.data(1, 'test'), f.request(1, ['x-late', 'yes'])),
      outcome: streamError('protocolError'),
    },
    {
      name: '5.1.1: a stream with an even number is a PROTOCOL_ERROR',
      send: (p) => p.send(f.request(2, get)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '5.1.1: a stream with a number below the last is a PROTOCOL_ERROR',
      send: (p) => p.send(f.request(5, get), f.request(3, get)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '5.1.2: one stream more than was allowed is a REFUSED_STREAM',
      send: (p) => {
        for (let id = 1; id <= 2 * 256 + 1; id += 2) p.send(f.headers(id, open))
      },
      outcome: streamError('refusedStream', 513),
    },
  ])
})

describe('5.3 to 5.5 priorities, errors, extensions', () => {
  const ownParent = Buffer.concat([f.words(1), Buffer.of(0), block])
  conforms([
    {
      name: '5.3: HEADERS whose stream depends on itself are a PROTOCOL_ERROR of the stream',
      send: (p) => p.send(f.headers(1, ownParent, f.endHeaders | f.endStream | f.withPriority)),
      outcome: streamError('protocolError'),
    },
    {
      name: '5.3: a PRIORITY whose stream depends on itself is a PROTOCOL_ERROR of the stream',
      send: (p) => p.send(opened, f.priority(1, 1)),
      outcome: streamError('protocolError'),
    },
    {
      name: '5.4.1: GOAWAY names the last stream, and the connection is closed after it',
      send: (p) => {
        p.send(opened, f.frame({ type: FrameType.ping, payload: Buffer.alloc(4) }))
        p.pass(10_000)
      },
      outcome: (p) => {
        connectionError('frameSizeError')(p)
        expect(p.of(FrameType.goaway).at(-1)?.payload.readUInt32BE(0)).toBe(1)
        expect(p.isDestroyed).toBe(true)
      },
    },
    {
      name: '5.5: an unknown frame inside a header block is a PROTOCOL_ERROR',
      send: (p) => p.send(f.headers(1, block, f.endStream), f.frame({ type: 0xff })),
      outcome: connectionError('protocolError'),
    },
    {
      name: '5.5: an unknown setting is passed over',
      send: (p) => p.send(f.settings([0xfe, 1])),
      outcome: accepted,
    },
  ])
})

describe('6.1 to 6.4 frames of streams', () => {
  conforms([
    {
      name: '6.1: DATA on no stream is a PROTOCOL_ERROR',
      send: (p) => p.send(f.data(0, 'test')),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.1: DATA whose padding is as long as the frame is a PROTOCOL_ERROR',
      send: (p) => p.send(opened, f.data(1, '\x05test', f.padded)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.1: padding counts in the windows, and nothing else of it is seen',
      send: (p) => p.send(f.headers(1, get), f.data(1, `\x03test\0\0\0`, f.padded), f.lastData(1)),
      outcome: answered(),
    },
    {
      name: '6.2: HEADERS followed by another HEADERS before their end are a PROTOCOL_ERROR',
      send: (p) => p.send(f.headers(1, block, f.endStream), f.request(1, get)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.2: HEADERS followed by DATA before their end are a PROTOCOL_ERROR',
      send: (p) => p.send(f.headers(1, block, 0), f.lastData(1, 'test')),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.2: HEADERS on no stream are a PROTOCOL_ERROR',
      send: (p) => p.send(f.request(0, get)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.2: HEADERS whose padding is longer than the frame are a PROTOCOL_ERROR',
      send: (p) =>
        p.send(f.headers(1, Buffer.concat([Buffer.of(255), block]), f.endHeaders | f.padded)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.2: HEADERS whose priority is cut off are a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.headers(1, Buffer.alloc(4), f.endHeaders | f.withPriority)),
      outcome: connectionError('frameSizeError'),
    },
    {
      name: '6.2: padding that leaves no room for the priority is a PROTOCOL_ERROR',
      send: (p) =>
        p.send(f.headers(1, Buffer.alloc(9, 5), f.endHeaders | f.padded | f.withPriority)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.2: HEADERS too short for a padding and a priority are a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.headers(1, Buffer.alloc(5), f.endHeaders | f.padded | f.withPriority)),
      outcome: connectionError('frameSizeError'),
    },
    {
      name: '6.3: PRIORITY on no stream is a PROTOCOL_ERROR',
      send: (p) => p.send(f.priority(0)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.3: PRIORITY of another size is a FRAME_SIZE_ERROR of the stream',
      send: (p) =>
        p.send(opened, f.frame({ type: FrameType.priority, streamId: 1, payload: f.words(0) })),
      outcome: streamError('frameSizeError'),
    },
    {
      name: '6.3: PRIORITY of another size on an idle stream is a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.priority, streamId: 1, payload: f.words(0) })),
      outcome: connectionError('frameSizeError'),
    },
    {
      name: '6.4: RST_STREAM on no stream is a PROTOCOL_ERROR',
      send: (p) => p.send(f.rstStream(0)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.4: RST_STREAM of another size is a FRAME_SIZE_ERROR',
      send: (p) =>
        p.send(opened, f.frame({ type: FrameType.rstStream, streamId: 1, payload: Buffer.of(0) })),
      outcome: connectionError('frameSizeError'),
    },
  ])
})

describe('6.5 SETTINGS', () => {
  conforms([
    {
      name: '6.5: an acknowledgement with content is a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.settings, flags: 1, payload: Buffer.of(0) })),
      outcome: connectionError('frameSizeError'),
    },
    {
      name: '6.5: settings of a stream are a PROTOCOL_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.settings, streamId: 1 })),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.5: half a setting is a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.settings, payload: Buffer.alloc(3) })),
      outcome: connectionError('frameSizeError'),
    },
    ...(
      [
        ['ENABLE_PUSH of 2', [2, 2], 'protocolError'],
        ['INITIAL_WINDOW_SIZE above 2^31-1', [4, 0x80000000], 'flowControlError'],
        ['MAX_FRAME_SIZE below 2^14', [5, 16_383], 'protocolError'],
        ['MAX_FRAME_SIZE above 2^24-1', [5, 16_777_216], 'protocolError'],
      ] as const
    ).map(([what, pair, code]) => ({
      name: `6.5.2: ${what} is a connection error`,
      send: (p: WirePeer) => p.send(f.settings(pair)),
      outcome: connectionError(code),
    })),
    {
      name: '6.5.3: of one setting twice, the last holds',
      send: (p) => p.send(f.settings([4, 100], [4, 1]), f.request(1, get)),
      outcome: (p) => expect(p.body(1).toString()).toBe('h'),
    },
    {
      name: '6.5.3: the acknowledgement stands before what the new windows let go',
      send: (p) => p.send(f.settings([4, 0]), f.request(1, get), f.settings([4, 1])),
      outcome: (p) => {
        const types = p.seen.map(({ type }) => type)
        expect(types.lastIndexOf(FrameType.settings)).toBeLessThan(types.indexOf(FrameType.data))
        expect(types).toContain(FrameType.data)
      },
    },
    {
      name: '6.5.3: each frame is acknowledged',
      send: (p) => p.send(f.settings(), f.settings([3, 1])),
      outcome: (p) => expect(p.of(FrameType.settings)).toHaveLength(2),
    },
  ])
})

describe('6.6 to 6.8 PUSH_PROMISE, PING, GOAWAY', () => {
  conforms([
    {
      name: '6.6 and 8.4: a client that pushes is a PROTOCOL_ERROR',
      send: (p) =>
        p.send(
          opened,
          f.frame({ type: FrameType.pushPromise, streamId: 1, flags: 4, payload: f.words(2) }),
        ),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.7: an acknowledged ping is not answered',
      send: (p) => p.send(f.ping('unasked!', 1), f.ping('h2 ping!')),
      outcome: (p) =>
        expect(p.of(FrameType.ping).map(({ payload }) => payload.toString())).toEqual(['h2 ping!']),
    },
    {
      name: '6.7: a ping of a stream is a PROTOCOL_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.ping, streamId: 1, payload: Buffer.alloc(8) })),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.7: a ping of another size is a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.ping, payload: Buffer.alloc(6) })),
      outcome: connectionError('frameSizeError'),
    },
    {
      name: '6.8: GOAWAY of a stream is a PROTOCOL_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.goaway, streamId: 1, payload: f.words(0, 0) })),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.8: GOAWAY that is cut off is a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.goaway, payload: f.words(0) })),
      outcome: connectionError('frameSizeError'),
    },
  ])
})

describe('6.9 flow control', () => {
  /** Consumes nothing. */
  const hoarder = () => ({ data() {}, end() {}, drain() {}, cancel() {} })
  const body =
    (text: string): Outcome =>
    (p) =>
      expect(p.body(1).toString()).toBe(text)
  conforms([
    {
      name: '6.9: a connection window that grows by nothing is a PROTOCOL_ERROR',
      send: (p) => p.send(f.windowUpdate(0, 0)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.9: a stream window that grows by nothing is a PROTOCOL_ERROR of the stream',
      send: (p) => p.send(opened, f.windowUpdate(1, 0)),
      outcome: streamError('protocolError'),
    },
    {
      name: '6.9: WINDOW_UPDATE of another size is a FRAME_SIZE_ERROR',
      send: (p) => p.send(f.frame({ type: FrameType.windowUpdate, payload: Buffer.alloc(3) })),
      outcome: connectionError('frameSizeError'),
    },
    {
      name: '6.9.1: no more is sent than the window of the stream lets go',
      send: (p) => p.send(f.settings([4, 1]), f.request(1, get)),
      outcome: body('h'),
    },
    {
      name: '6.9.1: a connection window above 2^31-1 is a FLOW_CONTROL_ERROR',
      send: (p) => p.send(f.windowUpdate(0, 0x7fffffff), f.windowUpdate(0, 0x7fffffff)),
      outcome: connectionError('flowControlError'),
    },
    {
      name: '6.9.1: a stream window above 2^31-1 is a FLOW_CONTROL_ERROR of the stream',
      send: (p) => p.send(opened, f.windowUpdate(1, 0x7fffffff), f.windowUpdate(1, 0x7fffffff)),
      outcome: streamError('flowControlError'),
    },
    {
      name: '6.9.2: a changed initial size changes the windows that there are',
      send: (p) => p.send(f.settings([4, 0]), f.request(1, get), f.settings([4, 1])),
      outcome: body('h'),
    },
    {
      name: '6.9.2: a window may become negative, and sends nothing until it is positive again',
      send: (p) =>
        p.send(
          ...[f.settings([4, 3]), f.request(1, get), f.settings([4, 2])],
          ...[f.windowUpdate(1, 1), f.windowUpdate(1, 1)],
        ),
      outcome: body('hell'),
    },
    {
      name: '6.9.2: an initial size that makes a window too large is a FLOW_CONTROL_ERROR',
      send: (p) => p.send(opened, f.windowUpdate(1, 0x7fff0000), f.settings([4, 0x7fffffff])),
      outcome: connectionError('flowControlError'),
    },
    {
      name: '6.9.1: more than the stream window lets in is a FLOW_CONTROL_ERROR of the stream',
      send: (p) => p.send(opened, f.data(1, Buffer.alloc(5_000)), f.data(1, 'x')),
      outcome: streamError('flowControlError'),
      options: { fallback: hoarder, limits: { streamWindowBytes: 5_000 } },
    },
    {
      name: '6.9.1: more than the connection window lets in is a FLOW_CONTROL_ERROR',
      send: (p) => {
        p.send(opened)
        for (let sent = 0; sent <= 65_535; sent += 16_384) p.send(f.data(1, Buffer.alloc(16_384)))
      },
      outcome: connectionError('flowControlError'),
      options: { fallback: hoarder, limits: { connectionWindowBytes: 65_535 } },
    },
  ])

  test('6.9.1: no more is sent than the window of the connection lets go', () => {
    const answer = Buffer.alloc(100_000, 'a')
    const peer = WirePeer.greeted({
      methods: { '/test.Echo/Unary': { kind: 'unary', handle: () => answer } },
    })
    peer.send(f.settings([4, 1_000_000]), f.unaryCall(1))
    expect(peer.body(1)).toHaveLength(65_535)
    peer.send(f.windowUpdate(0, 1_000_000))
    expect(peer.body(1)).toHaveLength(100_005)
    expect(peer.status(1)).toBe(0)
  })
})

describe('what many calls must not wear out', () => {
  const methods = {
    '/test.Echo/Unary': { kind: 'unary', handle: (message: Buffer) => message },
  } as const

  test('6.9: the connection window is given back for calls that are answered at once', () => {
    const peer = WirePeer.greeted({ methods })
    const text = 'a'.repeat(16_000)
    for (let id = 1; id < 1_200; id += 2)
      peer.send(f.unaryCall(id, text), f.windowUpdate(0, 17_000))
    expect(peer.status(1_199)).toBe(0)
    expect(peer.of(FrameType.windowUpdate, 0).length).toBeGreaterThan(2)
  })

  test('4.3: equal octets mean what the table makes of them, not what they meant before', () => {
    const asked: string[] = []
    const peer = WirePeer.greeted({
      fallback: (call) => {
        asked.push(call.metadata.find('x') ?? '')
        return { data() {}, end() {}, drain() {}, cancel() {} }
      },
    })
    const teach = (value: string) => Buffer.from([0x40, 1, 0x78, 1, value.charCodeAt(0)])
    const newest = Buffer.concat([encodeFields(open), Buffer.of(0xbe)])
    peer.send(f.request(1, Buffer.concat([encodeFields(open), teach('a')])))
    peer.send(f.request(3, newest), f.request(5, newest))
    peer.send(f.request(7, Buffer.concat([encodeFields(open), teach('b')])), f.request(9, newest))
    expect(asked).toEqual(['a', 'a', 'a', 'b', 'b'])
  })
})

describe('6.10 CONTINUATION', () => {
  const begun = f.headers(1, block.subarray(0, half), f.endStream)
  const rest = block.subarray(half)
  const afterEnd = (p: WirePeer) =>
    p.send(f.headers(1, open), f.continuation(1, block, f.endHeaders))
  conforms([
    {
      name: '6.10: after the end of the headers is a PROTOCOL_ERROR',
      send: afterEnd,
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.10: after another CONTINUATION with the end of the headers is a PROTOCOL_ERROR',
      send: (p) =>
        p.send(begun, f.continuation(1, rest, f.endHeaders), f.continuation(1, rest, f.endHeaders)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.10: after DATA is a PROTOCOL_ERROR',
      send: (p) => p.send(opened, f.data(1, 'test'), f.continuation(1, rest, f.endHeaders)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.10: on no stream is a PROTOCOL_ERROR',
      send: (p) => p.send(begun, f.continuation(0, rest, f.endHeaders)),
      outcome: connectionError('protocolError'),
    },
    {
      name: '6.10: of another stream is a PROTOCOL_ERROR',
      send: (p) => p.send(begun, f.continuation(3, rest, f.endHeaders)),
      outcome: connectionError('protocolError'),
    },
  ])
})

describe('7 error codes', () => {
  conforms([
    {
      name: '7: GOAWAY with an unknown code is taken',
      send: (p) => p.send(f.goaway(0, 0xff)),
      outcome: accepted,
    },
    {
      name: '7: RST_STREAM with an unknown code is taken',
      send: (p) => p.send(opened, f.rstStream(1, 0xff)),
      outcome: accepted,
    },
  ])
})

describe('8 requests', () => {
  const pseudo = get.slice(0, 8)
  const regular = get.slice(8)
  const without = (name: string) => {
    const at = get.indexOf(name)
    return [...get.slice(0, at), ...get.slice(at + 2)]
  }
  const malformed: readonly (readonly [string, readonly string[]])[] = [
    ['8.2.1: a name in upper case', [...get, 'X-TEST', 'ok']],
    ['8.2.1: a name with a blank', [...get, 'x test', 'ok']],
    ['8.2.1: a name with a colon inside', [...get, 'x:test', 'ok']],
    ['8.2.1: an empty name', [...get, '', 'ok']],
    ['8.2.1: a value with a line end', [...get, 'x-test', 'a\nb']],
    ['8.2.1: a value with NUL', [...get, 'x-test', 'a\0b']],
    ['8.2.1: a value that begins with a blank', [...get, 'x-test', ' a']],
    ['8.2.1: a path with a line end', [':path', '/a\r\nb', ...without(':path')]],
    ['8.2.2: connection', [...get, 'connection', 'keep-alive']],
    ['8.2.2: proxy-connection', [...get, 'proxy-connection', 'keep-alive']],
    ['8.2.2: keep-alive', [...get, 'keep-alive', '1']],
    ['8.2.2: transfer-encoding', [...get, 'transfer-encoding', 'chunked']],
    ['8.2.2: upgrade', [...get, 'upgrade', 'h2c']],
    ['8.2.2: te with more than trailers', [...get, 'te', 'trailers, deflate']],
    ['8.3: an unknown pseudo-header field', [':test', 'ok', ...get]],
    ['8.3: a pseudo-header field of responses', [':status', '200', ...get]],
    ['8.3: a pseudo-header field after a regular one', [...regular, ...pseudo]],
    ['8.3.1: an empty :path', [...without(':path'), ':path', ''].toSorted()],
    ['8.3.1: no :method', without(':method')],
    ['8.3.1: no :scheme', without(':scheme')],
    ['8.3.1: no :path', without(':path')],
    ['8.3.1: :method twice', [':method', 'POST', ...get]],
    ['8.3.1: :scheme twice', [':scheme', 'http', ...get]],
    ['8.3.1: :path twice', [':path', '/', ...get]],
    ['8.3.1: :authority twice', [':authority', 'localhost', ...get]],
    ['8.3.1: :authority twice, once empty', [':authority', '', ...get]],
    ['8.5: CONNECT, which no call is made with', [':method', 'CONNECT', ':authority', 'a:1']],
  ]
  conforms([
    ...malformed.map(([what, fields]) => ({
      name: `${what} is a PROTOCOL_ERROR of the stream`,
      send: (p: WirePeer) => p.send(f.request(1, encodeFields(fields))),
      outcome: streamError('protocolError'),
    })),
    {
      name: '8.1: a second HEADERS frame that does not end the stream is a PROTOCOL_ERROR of it',
      send: (p) => p.send(opened, f.headers(1, ['x-test', 'ok'])),
      outcome: streamError('protocolError'),
    },
    {
      name: '8.1: trailers with a pseudo-header field are a PROTOCOL_ERROR of the stream',
      send: (p) => p.send(opened, f.data(1, 'test'), f.request(1, [':method', 'POST'])),
      outcome: streamError('protocolError'),
    },
    ...[
      ['one DATA frame', [f.lastData(1, 'test')]],
      ['several DATA frames', [f.data(1, 'te'), f.lastData(1, 'st')]],
      ['trailers', [f.request(1, ['x-test', 'ok'])]],
    ].map(([what, rest]) => ({
      name: `8.1.1: a content-length that ${what} belie is a PROTOCOL_ERROR of the stream`,
      send: (p: WirePeer) =>
        p.send(f.headers(1, [...get, 'content-length', '1']), ...(rest as Buffer[])),
      outcome: streamError('protocolError'),
    })),
    {
      name: '8.1.1: a content-length with no body is a PROTOCOL_ERROR of the stream',
      send: (p) => p.send(f.request(1, [...get, 'content-length', '1'])),
      outcome: streamError('protocolError'),
    },
    {
      name: '8.1.1: a content-length that is no number is a PROTOCOL_ERROR of the stream',
      send: (p) => p.send(f.headers(1, [...get, 'content-length', '-4']), f.lastData(1, 'test')),
      outcome: streamError('protocolError'),
    },
    {
      name: '8.1.1: a content-length that is right is taken',
      send: (p) => p.send(f.headers(1, [...get, 'content-length', '4']), f.lastData(1, 'test')),
      outcome: answered(),
    },
  ])
})

describe('RFC 7541', () => {
  const withTail = (...octets: readonly number[]) =>
    f.request(1, Buffer.concat([block, Buffer.from(octets)]))
  conforms(
    (
      [
        ['2.3.3: an indexed field beyond both tables', withTail(0xc7)],
        ['2.3.3: a literal whose name is beyond both tables', withTail(0x7f, 0x40, 0x01, 0x61)],
        ['4.2: a change of the table size at the end of a block', withTail(0x20)],
        ['5.2: padding of more than seven bits', withTail(0, 1, 0x61, 0x82, 0x1f, 0xff)],
        ['5.2: padding with zeros', withTail(0, 1, 0x61, 0x81, 0x18)],
        ['5.2: the end of the string in a string', withTail(0, 1, 0x61, 0x84, 255, 255, 255, 255)],
        ['6.1: an indexed field with the index 0', withTail(0x80)],
        [
          '6.3: a table larger than was announced',
          f.request(1, Buffer.concat([Buffer.of(0x3f, 0xe2, 0x1f), block])),
        ],
        ['5.1: an integer that is cut off', withTail(0xff, 0x80)],
        ['5.1: an integer too large to mean anything', withTail(0xff, 255, 255, 255, 255, 255, 1)],
        ['5.2: a string that is cut off', withTail(0, 1, 0x61, 5, 0x61)],
      ] as const
    ).map(([what, frame]) => ({
      name: `${what} is a COMPRESSION_ERROR`,
      send: (p: WirePeer) => p.send(frame),
      outcome: connectionError('compressionError'),
    })),
  )
})
