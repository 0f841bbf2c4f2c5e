import { describe, expect, test } from 'vitest'
import { encodeFields, encodeString } from '../../../src/wire/hpack/encoder.js'
import { encodeHuffman } from '../../../src/wire/hpack/huffman.js'
import { FrameType } from '../../../src/wire/http2/frame.js'
import {
  accepted,
  answered,
  conforms,
  get,
  open,
  plainServer,
} from '../../support/wire/conformance.js'
import * as f from '../../support/wire/frames.js'
import { WirePeer } from '../../support/wire/peer.js'

/** What h2spec calls generic: everything that a server must simply take. */

describe('starting', () => {
  test('3.4: a client preface is answered with settings first', () => {
    const peer = new WirePeer(plainServer)
    peer.send(f.preface, f.settings())
    expect(peer.seen[0]?.type).toBe(FrameType.settings)
    expect(peer.seen[0]?.flags).toBe(0)
    accepted(peer)
  })
})

const block = encodeFields(get)
const half = block.length >> 1
const zeroWindow = f.settings([4, 0])

describe('streams and frames', () => {
  conforms([
    {
      name: '5.1: PRIORITY on an idle stream is taken',
      send: (p) => p.send(f.priority(1)),
      outcome: accepted,
    },
    {
      name: '5.1: WINDOW_UPDATE on a half-closed (remote) stream lets its answer go',
      send: (p) => p.send(zeroWindow, f.request(1, get), f.windowUpdate(1, 100)),
      outcome: answered(),
    },
    {
      name: '5.1: PRIORITY on a half-closed (remote) stream is taken',
      send: (p) => p.send(zeroWindow, f.request(1, get), f.priority(1), f.windowUpdate(1, 100)),
      outcome: answered(),
    },
    {
      name: '5.1: RST_STREAM on a half-closed (remote) stream is taken',
      send: (p) => p.send(f.request(1, open), f.rstStream(1)),
      outcome: accepted,
    },
    {
      name: '5.1: PRIORITY on a closed stream is taken',
      send: (p) => p.send(f.request(1, get), f.priority(1)),
      outcome: answered(),
    },
    {
      name: '6.1: a DATA frame is taken',
      send: (p) => p.send(f.headers(1, get), f.lastData(1, 'test')),
      outcome: answered(),
    },
    {
      name: '6.1: several DATA frames are taken',
      send: (p) => p.send(f.headers(1, get), f.data(1, 'te'), f.lastData(1, 'st')),
      outcome: answered(),
    },
    {
      name: '6.1: a DATA frame with padding is taken',
      send: (p) => p.send(f.headers(1, get), f.data(1, '\x03test\0\0\0', f.endStream | f.padded)),
      outcome: answered(),
    },
    {
      name: '6.2: a HEADERS frame is taken',
      send: (p) => p.send(f.request(1, get)),
      outcome: answered(),
    },
    {
      name: '6.2: a HEADERS frame with padding is taken',
      send: (p) =>
        p.send(
          f.headers(
            1,
            Buffer.concat([Buffer.of(5), block, Buffer.alloc(5)]),
            f.endHeaders | f.endStream | f.padded,
          ),
        ),
      outcome: answered(),
    },
    {
      name: '6.2: a HEADERS frame with a priority is taken',
      send: (p) =>
        p.send(
          f.headers(
            1,
            Buffer.concat([f.words(0), Buffer.of(255), block]),
            f.endHeaders | f.endStream | f.withPriority,
          ),
        ),
      outcome: answered(),
    },
    ...[
      ['with the least weight', f.priority(1, 0, 0)],
      ['with the greatest weight', f.priority(1, 0, 255)],
      ['that depends on another stream', f.priority(1, 3)],
      ['that is exclusive', f.priority(1, 0x80000003)],
    ].map(([how, frame]) => ({
      name: `6.3: a PRIORITY frame ${how} is taken`,
      send: (p: WirePeer) => p.send(frame as Buffer, f.request(1, get)),
      outcome: answered(),
    })),
    {
      name: '6.3: PRIORITY on an idle stream does not begin it',
      send: (p) => p.send(f.priority(5), f.request(3, get)),
      outcome: answered(3),
    },
    {
      name: '6.4: a RST_STREAM frame is taken',
      send: (p) => p.send(f.headers(1, get), f.rstStream(1)),
      outcome: accepted,
    },
    {
      name: '6.5: a SETTINGS frame is acknowledged',
      send: (p) => p.send(f.settings([3, 100])),
      outcome: (p) => expect(p.of(FrameType.settings).map(({ flags }) => flags)).toEqual([1]),
    },
    {
      name: '6.7: a PING frame is answered with what it brought',
      send: (p) => p.send(f.ping('h2 ping!')),
      outcome: (p) => {
        const [pong] = p.of(FrameType.ping)
        expect([pong?.flags, pong?.payload.toString()]).toEqual([1, 'h2 ping!'])
      },
    },
    {
      name: '6.8: a GOAWAY frame is taken, and calls go on',
      send: (p) => p.send(f.headers(1, get), f.goaway(), f.lastData(1)),
      outcome: answered(),
    },
    {
      name: '6.9: a WINDOW_UPDATE frame of the connection is taken',
      send: (p) => p.send(f.windowUpdate(0, 1)),
      outcome: accepted,
    },
    {
      name: '6.9: a WINDOW_UPDATE frame of a stream is taken',
      send: (p) => p.send(f.headers(1, get), f.windowUpdate(1, 1), f.lastData(1)),
      outcome: answered(),
    },
    {
      name: '6.10: a CONTINUATION frame is taken',
      send: (p) =>
        p.send(
          f.headers(1, block.subarray(0, half), f.endStream),
          f.continuation(1, block.subarray(half), f.endHeaders),
        ),
      outcome: answered(),
    },
    {
      name: '6.10: several CONTINUATION frames are taken',
      send: (p) =>
        p.send(
          f.headers(1, block.subarray(0, 5), f.endStream),
          f.continuation(1, block.subarray(5, 9)),
          f.continuation(1, block.subarray(9), f.endHeaders),
        ),
      outcome: answered(),
    },
  ])
})

describe('messages', () => {
  const withMethod = (method: string) => [':method', method, ...get.slice(2)]
  conforms([
    ...['GET', 'HEAD', 'POST', 'OPTIONS'].map((method) => ({
      name: `8.1: a ${method} request is answered`,
      send: (p: WirePeer) => p.send(f.request(1, withMethod(method))),
      // Calls are made with POST; others learn that with a response like any other.
      outcome: (p: WirePeer) => {
        expect(p.field(1, ':status')).toBe(method === 'POST' ? '200' : '405')
        expect(p.hasEnded(1)).toBe(true)
        accepted(p)
      },
    })),
    {
      name: '8.1: a request with a body is answered',
      send: (p) => p.send(f.headers(1, get), f.lastData(1, 'test')),
      outcome: answered(),
    },
    {
      name: '8.1: a request with trailers is answered',
      send: (p) =>
        p.send(f.headers(1, get), f.data(1, 'test'), f.request(1, ['x-trailer', 'test'])),
      outcome: answered(),
    },
  ])
})

const plain = (text: string) => Buffer.concat([Buffer.of(text.length), Buffer.from(text)])
const huffman = (text: string) => {
  const coded = encodeHuffman(text)
  return Buffer.concat([Buffer.of(0x80 | coded.length), coded])
}

describe('header fields', () => {
  const userAgent = 0x3a
  const forms = [
    ['incremental indexing', 0x40, Buffer.of(0x40 | userAgent)],
    ['no indexing', 0x00, Buffer.of(0x0f, userAgent - 15)],
    ['never any indexing', 0x10, Buffer.of(0x1f, userAgent - 15)],
  ] as const
  const literals = forms.flatMap(([how, first, indexedName]) => [
    [`6.2: a literal with ${how} and an indexed name`, indexedName, plain('wire')],
    [`6.2: a literal with ${how}, an indexed name and Huffman`, indexedName, huffman('wire')],
    [`6.2: a literal with ${how} and a new name`, Buffer.of(first), plain('x-test'), plain('a')],
    [
      `6.2: a literal with ${how}, a new name and Huffman`,
      Buffer.of(first),
      huffman('x-test'),
      huffman('a'),
    ],
  ])
  conforms([
    {
      name: '6.1: an indexed field is taken',
      send: (p) => p.send(f.request(1, Buffer.concat([block, Buffer.of(0x80 | userAgent)]))),
      outcome: answered(),
    },
    ...literals.map(([name, ...parts]) => ({
      name: `${name} is taken`,
      send: (p: WirePeer) => p.send(f.request(1, Buffer.concat([block, ...(parts as Buffer[])]))),
      outcome: answered(),
    })),
    {
      name: '6.3: a change of the table size is taken',
      send: (p) => p.send(f.request(1, Buffer.concat([Buffer.of(0x20), block]))),
      outcome: answered(),
    },
    {
      name: '4.2: two changes of the table size in a row are taken',
      send: (p) => p.send(f.request(1, Buffer.concat([Buffer.of(0x20, 0x3f, 0xe1, 0x1f), block]))),
      outcome: answered(),
    },
    {
      name: '5.2: an empty string is taken',
      send: (p) =>
        p.send(
          f.request(1, Buffer.concat([block, Buffer.of(0), plain('x-test'), encodeString('')])),
        ),
      outcome: answered(),
    },
  ])
})
