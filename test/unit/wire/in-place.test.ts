import { expect, test } from 'vitest'
import type { InPlaceHandler } from '../../../src/wire/grpc/method.js'
import { Refusal } from '../../../src/wire/grpc/reply.js'
import * as f from '../../support/wire/frames.js'
import { WirePeer } from '../../support/wire/peer.js'

/** A server whose method is answered in place if `handleInPlace` likes, and says which way it took. */
function serving(handleInPlace: InPlaceHandler): WirePeer {
  return WirePeer.greeted({
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
