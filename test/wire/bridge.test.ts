import { once } from 'node:events'
import { createServer, type ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBridge } from '../../src/wire/bridge.js'
import { MemoryBudget } from '../../src/wire/http2/memory-budget.js'
import { type Bridged, paths, startBridged } from '../support/wire/engines.js'
import * as f from '../support/wire/frames.js'
import { WirePeer } from '../support/wire/peer.js'

const identity = (value: Buffer) => value
const bufferedBytesMax = 200_000
const own = { 'grpc.use_local_subchannel_pool': 1 }

let bridged: Bridged
beforeAll(async () => {
  bridged = await startBridged({ bufferedBytesMax })
})
afterAll(() => bridged.close())

const open = () => new Client(`127.0.0.1:${bridged.port}`, credentials.createInsecure(), own)
const chatting = (client: Client) => client.makeBidiStreamRequest(paths.chat, identity, identity)
const echo = (client: Client, message: Buffer) =>
  new Promise<Buffer | undefined>((resolve, reject) => {
    const settle = (error: ServiceError | null, value?: Buffer) =>
      error ? reject(error) : resolve(value)
    client.makeUnaryRequest(paths.echo, identity, identity, message, settle)
  })

/** A client of the wire in front of a server that answers so. */
async function bridgedTo(answer: (stream: ServerHttp2Stream) => void) {
  const behind = createServer().on('stream', answer)
  behind.listen(0, '127.0.0.1')
  await once(behind, 'listening')
  const { port } = behind.address() as AddressInfo
  const bridge = createBridge({ connect: () => connect(port, '127.0.0.1') })
  const budget = new MemoryBudget(1_000_000)
  const peer = WirePeer.greeted({ fallback: bridge.fallback, processBudget: budget })
  const close = () => {
    bridge.close()
    behind.close()
  }
  return { peer, budget, close }
}

function refuseAtOnce(stream: ServerHttp2Stream): void {
  stream.resume()
  stream.respond({}, { endStream: true })
}

function answerAtOnce(stream: ServerHttp2Stream): void {
  stream.resume()
  stream.respond({}, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
  stream.end('enough')
}

function flushed(peer: WirePeer): WirePeer {
  peer.flush()
  return peer
}

describe('what a bridged call makes the server behind hold', () => {
  test('is counted, up to what one connection may', async () => {
    const client = open()
    const begin = () => {
      const call = client.makeClientStreamRequest(paths.echo, identity, identity, () => {})
      call.on('error', () => {})
      call.write(Buffer.alloc(90_000))
      return call
    }
    const first = begin()
    await expect.poll(() => bridged.server.bufferedBytes).toBeGreaterThan(90_000)
    const second = begin()
    await expect.poll(() => bridged.server.bufferedBytes).toBeGreaterThan(180_000)
    first.cancel()
    await expect.poll(() => bridged.server.bufferedBytes).toBeLessThan(100_000)
    expect(bridged.server.bufferedBytes).toBeGreaterThan(90_000)
    const third = begin()
    await expect.poll(() => bridged.server.bufferedBytes).toBeGreaterThan(180_000)
    // Either the call is refused, or the connection, which has no room for the call's frames either.
    const [told] = await once(begin(), 'status')
    expect(told).toMatchObject({ code: status.RESOURCE_EXHAUSTED })
    second.cancel()
    third.cancel()
    client.close()
    await expect.poll(() => bridged.server.bufferedBytes).toBe(0)
  })

  test('is given back with the answer', async () => {
    const client = open()
    for (let asked = 0; asked < 5; asked++) {
      expect(await echo(client, Buffer.alloc(90_000, 'a'))).toHaveLength(90_000)
    }
    await expect.poll(() => bridged.server.bufferedBytes).toBe(0)
    client.close()
  })

  test('is given back by a stream for each message that was answered', async () => {
    const client = open()
    const stream = chatting(client)
    for (let asked = 0; asked < 5; asked++) {
      stream.write(Buffer.alloc(90_000, 'a'))
      const [answer] = await once(stream, 'data')
      expect(answer).toHaveLength(90_000)
    }
    stream.end()
    stream.resume()
    await once(stream, 'end')
    await expect.poll(() => bridged.server.bufferedBytes).toBe(0)
    client.close()
  })
})

describe('what is held for a call is given back', () => {
  test('when its client leaves the answer unread', async () => {
    const { peer, budget, close } = await bridgedTo((stream) => {
      stream.respond()
      stream.end(Buffer.alloc(300_000))
    })
    peer.send(f.headers(1, f.callFields('/test.Any/Any')), f.data(1, 'half a message'))
    await expect.poll(() => flushed(peer).body(1).length).toBe(65_535)
    peer.send(f.rstStream(1))
    await expect.poll(() => budget.bytes).toBe(0)
    close()
  })

  test.each([
    ['headers alone', refuseAtOnce],
    ['a body and trailers', answerAtOnce],
  ])('when the answer, %s, comes before the end of the request', async (_, answer) => {
    const { peer, budget, close } = await bridgedTo(answer)
    peer.send(f.headers(1, f.callFields('/test.Any/Any')), f.data(1, 'half a message'))
    await expect.poll(() => flushed(peer).hasEnded(1)).toBe(true)
    await expect.poll(() => budget.bytes).toBe(0)
    close()
  })
})

test('a session behind ends with the connection that it was for', async () => {
  const client = open()
  const earlier = bridged.sessions.length
  await echo(client, Buffer.from('one'))
  await echo(client, Buffer.from('two'))
  expect(bridged.sessions.length).toBe(earlier + 1)
  expect(bridged.sessions.at(-1)?.destroyed).toBe(false)
  client.close()
  await expect.poll(() => bridged.sessions.at(-1)?.destroyed).toBe(true)
})

test('the server behind gets every header that may be sent on, and none that may not', async () => {
  const seen: Record<string, unknown>[] = []
  const behind = createServer().on('stream', (stream, headers) => {
    seen.push({ ...headers })
    stream.respond({ ':status': 200, 'grpc-status': '0' }, { endStream: true })
  })
  behind.listen(0, '127.0.0.1')
  await once(behind, 'listening')
  const { port } = behind.address() as AddressInfo
  const bridge = createBridge({
    connect: () => connect(port, '127.0.0.1'),
    annotate: () => ({ 'x-peer': 'known' }),
  })
  const peer = WirePeer.greeted({ fallback: bridge.fallback })
  const sent = ['x', 'a', 'x', 'b', 'constructor', 'c', '__proto__', 'd', 'x-peer', 'another']
  const notSent = ['http2-settings', 'AAMAAABkAAQAAP__', 'te', 'trailers', 'content-length', '6']
  peer.send(
    f.headers(1, f.callFields('/test.Any/Any', ...sent, ...notSent)),
    f.lastData(1, f.message('a')),
  )
  await expect
    .poll(() => {
      peer.flush()
      return peer.status(1)
    })
    .toBe(0)
  expect(peer.bugs).toEqual([])
  const [headers] = seen
  expect(headers).toMatchObject({ x: 'a, b', constructor: 'c', 'x-peer': 'known', te: 'trailers' })
  expect(Object.getOwnPropertyDescriptor(headers, '__proto__')?.value).toBe('d')
  for (const name of ['http2-settings', 'content-length']) expect(headers).not.toHaveProperty(name)
  bridge.close()
  behind.close()
})
