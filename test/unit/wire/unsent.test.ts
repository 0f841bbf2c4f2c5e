import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Method } from '../../../src/wire/grpc/method.js'
import type { Reply } from '../../../src/wire/grpc/reply.js'
import { Flag, FrameType } from '../../../src/wire/http2/frame.js'
import { createWireServer, type ServerLimits } from '../../../src/wire/server.js'
import * as f from '../../support/wire/frames.js'
import { HandTurnedSocket } from '../../support/wire/hand-turned-socket.js'
import { TurnedClock } from '../../support/wire/turned-clock.js'

/** What a peer does that takes its answers slowly, or not at all. */

const windowsOpen = [f.settings([4, 0x7fffffff]), f.windowUpdate(0, 0x7fffffff - 65_535)]

async function served(limits: Partial<ServerLimits> = {}) {
  const clock = new TurnedClock()
  const answers: ((reply: Reply) => void)[] = []
  const methods: Readonly<Record<string, Method>> = {
    '/test.Echo/Large': { kind: 'unary', handle: () => Buffer.alloc(150_000) },
    '/test.Echo/Small': { kind: 'unary', handle: () => Buffer.alloc(60) },
    '/test.Echo/Later': {
      kind: 'unary',
      handle: () => new Promise((resolve) => answers.push(resolve)),
    },
  }
  const server = createWireServer({ methods, clock, limits })
  const accept = async () => {
    const socket = new HandTurnedSocket()
    server.adopt(socket as unknown as Socket)
    await socket.say(f.preface, ...windowsOpen)
    return socket
  }
  return { server, clock, answers, accept, socket: await accept() }
}

test('a connection that was held back is read again when all is sent, whatever was written', async () => {
  const { socket, answers } = await served()
  await socket.say(f.unaryCall(1, '', '/test.Echo/Later'))
  socket.isRead = false
  await socket.say(f.unaryCall(3, '', '/test.Echo/Large'))
  await socket.say(f.unaryCall(5, '', '/test.Echo/Large'))
  expect(socket.isPaused()).toBe(true)
  await socket.leaveOne()
  for (const answer of answers) answer(Buffer.of(1))
  await socket.say(f.ping())
  await socket.leaveAll()
  await socket.leaveAll()
  expect(socket.isPaused()).toBe(false)
  expect(socket.count(FrameType.ping)).toBe(1)
})

/** Asks for little, again and again, and does not take the answers; others are served meanwhile. */
async function takeNothing(socket: HandTurnedSocket, other: HandTurnedSocket, calls: number) {
  socket.isRead = false
  for (let call = 0; call < calls; call++) {
    await socket.say(f.unaryCall(call * 2 + 1, '', '/test.Echo/Small'))
    await other.say(f.unaryCall(call * 2 + 1, '', '/test.Echo/Small'))
  }
}

test('what is unsent lies in memory of its own, in one piece, and arrives in order', async () => {
  const { socket, accept } = await served()
  const other = await accept()
  await takeNothing(socket, other, 200)
  const [shared] = socket.underWay
  await socket.leaveOne()
  await socket.leaveOne()
  expect(socket.underWay).toHaveLength(1)
  const [own] = socket.underWay
  expect(own?.buffer).not.toBe(shared?.buffer)
  expect(own?.length).toBeGreaterThan(198 * 60)
  expect(own?.buffer.byteLength).toBeLessThan(2 * 198 * 150)
  await socket.leaveAll()
  expect(socket.count(FrameType.data)).toBe(200)
})

test('what is unsent is counted until it has left, or its connection is closed', async () => {
  const { server, socket, accept } = await served()
  const other = await accept()
  await takeNothing(socket, other, 200)
  expect(server.bufferedBytes).toBeGreaterThan(200 * 60)
  await socket.leaveAll()
  await socket.leaveAll()
  expect(server.bufferedBytes).toBe(0)
  const [third, fourth] = [await accept(), await accept()]
  await takeNothing(third, fourth, 3)
  expect(server.bufferedBytes).toBeGreaterThan(0)
  third.destroy()
  await fourth.say(f.ping())
  expect(server.bufferedBytes).toBe(0)
})

test('a connection whose unsent answers find no memory is closed, and others go on', async () => {
  const { socket, accept } = await served({ processBufferedBytesMax: 100_000 })
  const [second, other] = [await accept(), await accept()]
  await takeNothing(socket, other, 2)
  await takeNothing(second, await accept(), 2)
  expect([socket.destroyed, second.destroyed, other.destroyed]).toEqual([false, true, false])
})

test('a connection of which nothing leaves is closed in time, and not while something does', async () => {
  const { socket, accept, clock, server } = await served()
  const other = await accept()
  await takeNothing(socket, other, 3)
  for (let time = 0; time < 3; time++) {
    clock.pass(15_000)
    await socket.leaveOne()
    await socket.say(f.unaryCall(11 + time * 2, '', '/test.Echo/Small'))
  }
  clock.pass(19_000)
  expect(socket.destroyed).toBe(false)
  clock.pass(1_001)
  await other.say(f.ping())
  expect([socket.destroyed, other.destroyed]).toEqual([true, false])
  expect(server.bufferedBytes).toBe(0)
})

test('a little that does not leave is looked at in time, and ends the connection', async () => {
  const { socket, accept, clock, server } = await served()
  await takeNothing(socket, await accept(), 1)
  clock.pass(5_001)
  expect(server.bufferedBytes).toBeGreaterThan(0)
  clock.pass(19_000)
  expect(socket.destroyed).toBe(false)
  clock.pass(1_001)
  expect(socket.destroyed).toBe(true)
})

test('what left while nobody looked is not held against the peer', async () => {
  const { socket, accept, clock, server } = await served()
  await takeNothing(socket, await accept(), 1)
  clock.pass(5_001)
  expect(server.bufferedBytes).toBeGreaterThan(0)
  await socket.leaveAll()
  clock.pass(20_001)
  expect([socket.destroyed, server.bufferedBytes]).toEqual([false, 0])
})

test('what is answered leaves, though the peer says in the same moment that it says no more', async () => {
  const { socket } = await served()
  socket.push(f.unaryCall(1, '', '/test.Echo/Small'))
  socket.push(null)
  await socket.leaveOne()
  expect(socket.count(FrameType.data)).toBe(1)
})

/** The server stops while an answer to the connection is on its way; the peer has heard of it. */
async function stopped(...settings: readonly Buffer[]) {
  const all = await served()
  const { server, socket } = all
  socket.isRead = false
  await socket.say(...settings, f.unaryCall(1, '', '/test.Echo/Large'))
  const closed = server.close(60_000)
  await socket.say(f.ping('\0\0\0\0\0\0\0\x01', Flag.ack))
  return { ...all, closed }
}

test('a server that stops lets the last answer be read as slowly as it is', async () => {
  const { socket, clock, closed } = await stopped()
  for (let time = 0; time < 3; time++) {
    clock.pass(15_000)
    await socket.leaveOne()
  }
  expect(socket.destroyed).toBe(false)
  await socket.leaveAll()
  await socket.leaveAll()
  expect(Buffer.concat(socket.sent).length).toBeGreaterThan(150_000)
  socket.push(null)
  await closed
})

test('a server that stops waits for nobody who reads nothing', async () => {
  const { socket, clock, closed } = await stopped()
  clock.pass(1)
  clock.pass(19_000)
  expect(socket.destroyed).toBe(false)
  clock.pass(1_001)
  expect(socket.destroyed).toBe(true)
  await closed
})

test('a server that stops says all that settings let go, which the last answer waited for', async () => {
  const { socket } = await stopped(f.settings([4, 100]))
  await socket.leaveAll()
  socket.on('error', (error) => expect.fail(String(error)))
  await socket.say(f.settings([4, 0x7fffffff]))
  expect(Buffer.concat(socket.sent).length).toBeGreaterThan(150_000)
  expect(socket.writableEnded).toBe(true)
  expect(socket.errored).toBeNull()
})
