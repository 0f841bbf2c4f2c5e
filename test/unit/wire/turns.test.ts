import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Method } from '../../../src/wire/grpc/method.js'
import { FrameType } from '../../../src/wire/http2/frame.js'
import { createWireServer } from '../../../src/wire/server.js'
import * as f from '../../support/wire/frames.js'
import { HandTurnedSocket } from '../../support/wire/hand-turned-socket.js'
import { WirePeer } from '../../support/wire/peer.js'

const methods: Readonly<Record<string, Method>> = {
  '/test.Echo/Unary': { kind: 'unary', handle: (message) => Buffer.from(message) },
}

const large = Array.from({ length: 5 }, (_, at) => f.unaryCall(2 * at + 1, 'a'.repeat(2_000)))

test('a turn that has taken its time ends after a large frame, and the next goes on', () => {
  const peer = WirePeer.greeted({ methods, isTurnOver: () => true })
  expect(peer.send(...large)).toBeGreaterThanOrEqual(5)
  for (let at = 0; at < 5; at++) expect(peer.status(2 * at + 1)).toBe(0)
})

test('a turn that has not goes on to the end', () => {
  const peer = WirePeer.greeted({ methods, isTurnOver: () => false })
  expect(peer.send(...large)).toBe(1)
})

test('small frames do not ask what time it is each', () => {
  let looks = 0
  const peer = WirePeer.greeted({
    methods,
    isTurnOver: () => {
      looks += 1
      return false
    },
  })
  peer.send(...Array.from({ length: 100 }, (_, at) => f.unaryCall(2 * at + 1, 'a')))
  expect(peer.status(199)).toBe(0)
  expect(looks).toBeLessThan(10)
})

test('what waits for its turn is not counted twice once a call holds it', () => {
  let isOver = false
  const held: boolean[] = []
  const peer = WirePeer.greeted({
    limits: { bufferedBytesMax: 200_000 },
    isTurnOver: () => isOver,
    fallback: (call) => ({
      data: (octets) => {
        held.push(call.hold(octets.length))
        // The first turn ends after one piece, and the second looks at all the rest.
        isOver = held.length === 1
      },
      end() {},
      drain() {},
      cancel() {},
    }),
  })
  const pieces = Array.from({ length: 9 }, () => f.data(1, Buffer.alloc(16_384)))
  expect(peer.send(f.headers(1, f.callFields('/test.Any/Any')), ...pieces)).toBe(2)
  expect(held).toEqual(Array(9).fill(true))
})

test('a write that throws costs its own connection, and not those that are written to after it', async () => {
  const bugs: unknown[] = []
  const server = createWireServer({ methods, onBug: (error) => bugs.push(error) })
  const sockets = [new HandTurnedSocket(), new HandTurnedSocket()] as const
  for (const socket of sockets) {
    server.adopt(socket as unknown as Socket)
    await socket.say(f.preface, f.settings())
  }
  const bug = new Error('a mistake in writing')
  sockets[0].write = () => {
    throw bug
  }
  await Promise.all(sockets.map((socket) => socket.say(f.ping())))
  expect(bugs).toEqual([bug])
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([true, false])
  expect(sockets[1].count(FrameType.ping)).toBe(1)
})

test('what needs several turns is answered, though the peer has said by then that it says no more', async () => {
  const server = createWireServer({ methods, limits: { framesPerTurn: 4 } })
  const socket = new HandTurnedSocket()
  server.adopt(socket as unknown as Socket)
  await socket.say(f.preface, f.settings())
  // As TLS has it: the end comes although the reading is paused.
  socket.once('data', () => socket.emit('end'))
  await socket.say(...Array.from({ length: 6 }, (_, at) => f.unaryCall(2 * at + 1, 'a')))
  expect(socket.count(FrameType.data)).toBe(6)
  expect(socket.destroyed).toBe(true)
})

test('a server that is closed twice is closed once', async () => {
  const server = createWireServer({ methods })
  const socket = new HandTurnedSocket()
  server.adopt(socket as unknown as Socket)
  await socket.say(f.preface, f.settings())
  const both = [server.close(60_000), server.close(60_000)]
  socket.destroy()
  await Promise.all(both)
  expect(server.connections).toBe(0)
})
