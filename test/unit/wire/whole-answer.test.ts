import { expect, test } from 'vitest'
import { FrameType } from '../../../src/wire/http2/frame.js'
import * as f from '../../support/wire/frames.js'
import { WirePeer } from '../../support/wire/peer.js'

const echo = () =>
  WirePeer.greeted({
    methods: { '/test.Echo/Unary': { kind: 'unary', handle: (message) => message } },
  })

const blockBytes = (peer: WirePeer, streamId: number) =>
  peer.of(FrameType.headers, streamId).reduce((sum, { payload }) => sum + payload.length, 0)

test('answers after the first name what the first has taught, and mean the same', () => {
  const peer = echo()
  peer.send(f.unaryCall(1, 'a'), f.unaryCall(3, 'b'), f.unaryCall(5, 'c'))
  for (const id of [1, 3, 5]) {
    expect(peer.of(FrameType.headers, id).map(({ fields }) => fields)).toEqual([
      [':status', '200', 'content-type', 'application/grpc'],
      ['grpc-status', '0'],
    ])
  }
  expect([blockBytes(peer, 3), blockBytes(peer, 5)]).toEqual([3, 3])
})

test('a peer that makes its table small is told that it is empty, and taught nothing', () => {
  const peer = echo()
  peer.send(f.unaryCall(1, 'a'), f.settings([1, 0]), f.unaryCall(3, 'b'))
  peer.send(f.settings([1, 4_096]), f.unaryCall(5, 'c'), f.unaryCall(7, 'd'))
  expect(peer.of(FrameType.headers, 3)[0]?.payload[0]).toBe(0x20)
  for (const id of [1, 3, 5, 7]) expect(peer.status(id)).toBe(0)
  expect(blockBytes(peer, 7)).toBeGreaterThan(20)
})

test('so is one that makes it small for a moment, in one frame', () => {
  const peer = echo()
  peer.send(f.unaryCall(1, 'a'), f.settings([1, 0], [1, 4_096]), f.unaryCall(3, 'b'))
  expect(peer.of(FrameType.headers, 3)[0]?.payload[0]).toBe(0x20)
  peer.send(f.settings([1, 4_096]), f.unaryCall(5, 'c'))
  expect(peer.of(FrameType.headers, 5)[0]?.payload[0]).not.toBe(0x20)
  for (const id of [1, 3, 5]) expect(peer.status(id)).toBe(0)
})
