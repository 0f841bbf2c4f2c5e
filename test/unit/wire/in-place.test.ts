import { expect, test } from 'vitest'
import type { InPlaceHandler } from '../../../src/wire/grpc/method.js'
import { Refusal } from '../../../src/wire/grpc/reply.js'
import * as f from '../../support/wire/frames.js'
import { WirePeer, type WirePeerOptions } from '../../support/wire/peer.js'

/** A server whose method is answered in place if `handleInPlace` likes, and says which way it took. */
function serving(handleInPlace: InPlaceHandler, limits: WirePeerOptions['limits'] = {}): WirePeer {
  return WirePeer.greeted({
    limits,
    methods: {
      '/test.Echo/Unary': {
        kind: 'unary',
        handle: (message) => Buffer.from(`copied ${message}`),
        handleInPlace,
      },
    },
  })
}

const inPlace: InPlaceHandler = (octets, start, end) =>
  Buffer.from(`in place ${octets.toString('latin1', start, end)}`)

const answer = (peer: WirePeer, id: number) => String(peer.body(id).subarray(5))

test('a message that is whole where it was read is handled there', () => {
  const peer = serving(inPlace)
  peer.send(f.unaryCall(1, 'one'), f.unaryCall(3, 'two'))
  expect([1, 3].map((id) => answer(peer, id))).toEqual(['in place one', 'in place two'])
})

test('one in several frames is gathered, and handled as any other', () => {
  const peer = serving(inPlace)
  const framed = f.message('one')
  peer.send(
    f.headers(1, f.callFields()),
    f.data(1, framed.subarray(0, 6)),
    f.lastData(1, framed.subarray(6)),
  )
  expect(answer(peer, 1)).toBe('copied one')
})

test('one that is longer than may be is not handled in place either', () => {
  const peer = serving(inPlace, { messageBytesMax: 3 })
  peer.send(f.unaryCall(1, 'one'), f.unaryCall(3, 'four'))
  expect([answer(peer, 1), peer.status(3)]).toEqual(['in place one', 8])
})

test('what is not answered in place is handled as any other', () => {
  const peer = serving(() => undefined)
  peer.send(f.unaryCall(1, 'one'))
  expect(answer(peer, 1)).toBe('copied one')
})

test('a refusal in place ends the call', () => {
  const peer = serving(() => new Refusal(3, 'no'))
  peer.send(f.unaryCall(1, 'one'))
  expect(peer.status(1)).toBe(3)
})

test('a mistake in place ends the call, and nothing else', () => {
  const peer = serving((octets, start, end, call) => {
    if (octets[start] === 0x62) throw new Error('b')
    return inPlace(octets, start, end, call)
  })
  peer.send(f.unaryCall(1, 'a'), f.unaryCall(3, 'b'), f.unaryCall(5, 'c'))
  expect([1, 3, 5].map((id) => peer.status(id))).toEqual([0, 13, 0])
  expect(peer.bugs).toHaveLength(1)
})

/** A stream that says of each message which way it took. */
function streaming(): WirePeer {
  return WirePeer.greeted({
    methods: {
      '/test.Echo/Stream': {
        kind: 'streaming',
        open: (call) => ({
          message: (message) => void call.send(Buffer.from(`copied ${message}`)),
          messageInPlace(octets, start, end) {
            if (start === end) throw new Error('empty')
            call.send(Buffer.from(`in place ${octets.toString('latin1', start, end)}`))
          },
          end: () => call.finish(),
        }),
      },
    },
    limits: { messageBytesMax: 8 },
  })
}

const begin = f.headers(1, f.callFields('/test.Echo/Stream'))

function messages(peer: WirePeer): string[] {
  const body = peer.body(1)
  const texts: string[] = []
  for (let at = 0; at < body.length; at += 5 + body.readUInt32BE(at + 1)) {
    texts.push(String(body.subarray(at + 5, at + 5 + body.readUInt32BE(at + 1))))
  }
  return texts
}

test('the messages of a stream are handled in place where they are whole', () => {
  const peer = streaming()
  const framed = Buffer.concat(['one', 'two', 'three', 'four'].map((text) => f.message(text)))
  peer.send(begin, f.data(1, framed.subarray(0, 20)), f.lastData(1, framed.subarray(20)))
  expect(messages(peer)).toEqual(['in place one', 'in place two', 'copied three', 'in place four'])
  expect(peer.status(1)).toBe(0)
})

test('a message of a stream that is too large is not handled in place either', () => {
  const peer = streaming()
  peer.send(begin, f.lastData(1, Buffer.concat([f.message('one'), f.message('a'.repeat(9))])))
  expect([messages(peer), peer.status(1)]).toEqual([['in place one'], 8])
})

test('a mistake over a message in place ends the stream', () => {
  const peer = streaming()
  peer.send(begin, f.lastData(1, f.message('')))
  expect([peer.status(1), peer.bugs.length]).toEqual([13, 1])
})
