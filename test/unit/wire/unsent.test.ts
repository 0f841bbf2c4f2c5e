import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Method } from '../../../src/wire/grpc/method.js'
import type { Reply } from '../../../src/wire/grpc/reply.js'
import { FrameType } from '../../../src/wire/http2/frame.js'
import { createWireServer } from '../../../src/wire/server.js'
import * as f from '../../support/wire/frames.js'
import { HandTurnedSocket } from '../../support/wire/hand-turned-socket.js'

/** What a peer does that takes its answers slowly, or not at all. */

const windowsOpen = [f.settings([4, 0x7fffffff]), f.windowUpdate(0, 0x7fffffff - 65_535)]

async function served() {
  const answers: ((reply: Reply) => void)[] = []
  const methods: Readonly<Record<string, Method>> = {
    '/test.Echo/Large': { kind: 'unary', handle: () => Buffer.alloc(150_000) },
    '/test.Echo/Small': { kind: 'unary', handle: () => Buffer.alloc(60) },
    '/test.Echo/Later': {
      kind: 'unary',
      handle: () => new Promise((resolve) => answers.push(resolve)),
    },
  }
  const server = createWireServer({ methods })
  const accept = async () => {
    const socket = new HandTurnedSocket()
    server.adopt(socket as unknown as Socket)
    await socket.say(f.preface, ...windowsOpen)
    return socket
  }
  return { server, answers, accept, socket: await accept() }
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
