import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/wire/clock.js'
import { ErrorCode } from '../../src/wire/http2/error-code.js'
import { FrameType } from '../../src/wire/http2/frame.js'
import type { Peer } from '../../src/wire/peer.js'
import { createWireServer, type WireServer } from '../../src/wire/server.js'
import { ping, preface, settings } from '../support/wire/frames.js'

const identity = (value: Buffer) => value
const directory = mkdtempSync(join(tmpdir(), 'wire-tls-'))
const file = (name: string) => readFileSync(join(directory, name))

beforeAll(() => {
  for (const name of ['server', 'client']) {
    execFileSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', join(directory, `${name}.key`), '-out', join(directory, `${name}.crt`)],
      ...['-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost'],
    ])
  }
})

afterAll(() => rmSync(directory, { recursive: true }))

function call(client: Client, path = '/test.Peer/Ask'): Promise<string> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      ...([path, identity, identity, Buffer.from('x')] as const),
      (error: ServiceError | null, value?: Buffer) =>
        error ? reject(error) : resolve(String(value)),
    )
  })
}

describe('over TLS', () => {
  let server: WireServer
  let port: number
  let seen: Peer | undefined

  beforeAll(async () => {
    server = createWireServer({
      methods: {
        '/test.Peer/Ask': {
          kind: 'unary',
          handle: (_, { peer }) => {
            seen = peer
            return Buffer.from(String(peer.certificate()?.subject.CN))
          },
        },
      },
    })
    const tls = {
      ...{ key: file('server.key'), cert: file('server.crt'), ca: file('client.crt') },
      ...{ requestCert: true, rejectUnauthorized: true },
    }
    port = await server.listen({ host: '127.0.0.1', port: 0, tls })
  })

  afterAll(() => server.close(0))

  const secure = (...own: readonly string[]) => {
    const [key, cert] = own.map(file)
    const ssl = credentials.createSsl(file('server.crt'), key ?? null, cert ?? null)
    return new Client(`localhost:${port}`, ssl)
  }

  test('a client with a good certificate is served, and known by it', async () => {
    const client = secure('client.key', 'client.crt')
    expect(await call(client)).toBe('client')
    expect(seen).toMatchObject({ isEncrypted: true, isAuthorized: true, isUnixSocket: false })
    client.close()
  })

  test.each([
    ['none', []],
    ['one that nobody vouches for', ['server.key', 'server.crt']],
  ])('a client with no good certificate, but %s, is not served', async (_, own) => {
    const client = secure(...own)
    await expect(call(client)).rejects.toMatchObject({ code: 14 })
    client.close()
  })

  test('a client that does not speak HTTP/2 is not served', async () => {
    const socket = connectTls({
      ...{ port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'], rejectUnauthorized: false },
      ...{ key: file('client.key'), cert: file('client.crt') },
    })
    socket.on('error', () => {})
    await new Promise((resolve) => socket.on('close', resolve))
  })
})

describe('a server', () => {
  test('that closes lets calls end, and takes no more', async () => {
    let answer = (_: Buffer) => {}
    const started = withResolvers()
    const server = createWireServer({
      methods: {
        '/test.Peer/Ask': {
          kind: 'unary',
          handle: () =>
            new Promise((resolve) => {
              answer = resolve
              started.resolve(undefined)
            }),
        },
      },
    })
    const port = await server.listen({ host: '127.0.0.1', port: 0 })
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    const asked = call(client)
    await started.promise
    const closed = server.close(30_000)
    answer(Buffer.from('late'))
    expect(await asked).toBe('late')
    await closed
    client.close()
    const late = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    await expect(call(late)).rejects.toMatchObject({ code: 14 })
    late.close()
  })

  test('that closes does not wait longer than it was told', async () => {
    const server = createWireServer({
      methods: { '/test.Peer/Ask': { kind: 'unary', handle: () => new Promise(() => {}) } },
    })
    const port = await server.listen({ host: '127.0.0.1', port: 0 })
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    const asked = call(client).catch((error) => error)
    await expect.poll(() => server.connections).toBe(1)
    await server.close(0)
    // Which of the two depends on whether the client sees the stream end or the socket.
    expect([status.INTERNAL, status.UNAVAILABLE]).toContain(((await asked) as ServiceError).code)
    client.close()
  })

  test('answers handlers that throw with an error, and goes on', async () => {
    const bugs: unknown[] = []
    const server = createWireServer({
      methods: {
        '/test.Peer/Throw': {
          kind: 'unary',
          handle: () => {
            throw new Error('secret')
          },
        },
        '/test.Peer/Reject': { kind: 'unary', handle: () => Promise.reject(new Error('secret')) },
      },
      onBug: (error) => bugs.push(error),
    })
    const port = await server.listen({ host: '127.0.0.1', port: 0 })
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure())
    for (const path of ['/test.Peer/Throw', '/test.Peer/Reject']) {
      await expect(call(client, path)).rejects.toMatchObject({
        code: 13,
        details: 'internal error',
      })
    }
    expect(bugs).toHaveLength(2)
    client.close()
    await server.close(0)
  })

  test('keeps to its number of connections', async () => {
    const server = createWireServer({ methods: {}, limits: { connectionsMax: 2 } })
    const port = await server.listen({ host: '127.0.0.1', port: 0 })
    const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'))
    const closed: unknown[] = []
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.on('close', () => closed.push(socket))
    }
    await expect.poll(() => closed.length).toBe(3)
    expect(server.connections).toBe(2)
    for (const socket of sockets) socket.destroy()
    await server.close(0)
  })
})

function withResolvers() {
  let resolve = (_: unknown) => {}
  const promise = new Promise((done) => {
    resolve = done
  })
  return { promise, resolve }
}

describe('a peer that is left', () => {
  test('is not read any more, and hears why', async () => {
    const server = createWireServer({ methods: {} })
    const accepted: Socket[] = []
    const listener = createServer((socket) => {
      accepted.push(socket)
      server.adopt(socket)
    }).listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    const peer = connect(port, '127.0.0.1')
    const heard: Buffer[] = []
    peer.on('data', (chunk) => heard.push(chunk))
    peer.on('error', () => {})
    const closed = new Promise((resolve) => peer.on('close', resolve))
    peer.write(Buffer.concat([preface, settings()]))
    const flood = Buffer.concat(Array.from({ length: 5_000 }, () => ping()))
    for (let helping = 0; helping < 200; helping++) peer.write(flood)
    await closed
    const [socket] = accepted
    // One reading may be under way when it is left; the flood has 17 MB.
    expect(socket?.bytesRead).toBeLessThan(200_000)
    const last = Buffer.concat(heard).subarray(-17)
    expect([last[3], last.readUInt32BE(13)]).toEqual([FrameType.goaway, ErrorCode.enhanceYourCalm])
    listener.close()
    await server.close(0)
  })
})

describe('an address that is left again and again', () => {
  test('waits with its next connection, while those that it has go on', async () => {
    const waitMs = 123_456
    const waits: (() => void)[] = []
    const server = createWireServer({
      methods: { '/test.Peer/Ask': { kind: 'unary', handle: () => Buffer.from('answer') } },
      limits: { leftConnections: { burst: 2, perSecond: 0 }, waitMs, waitStepMs: 0, waitingMax: 1 },
      clock: {
        ...systemClock,
        after(delayMs, act) {
          if (Math.round(delayMs) !== waitMs) return systemClock.after(delayMs, act)
          waits.push(act)
          return () => {}
        },
      },
    })
    const port = await server.listen({ host: '127.0.0.1', port: 0 })
    const own = { 'grpc.use_local_subchannel_pool': 1 }
    const open = () => new Client(`127.0.0.1:${port}`, credentials.createInsecure(), own)
    const before = open()
    expect(await call(before)).toBe('answer')
    const beLeft = async () => {
      const peer = connect(port, '127.0.0.1')
      peer.on('error', () => {})
      const closed = once(peer, 'close')
      peer.resume()
      peer.end('nonsense that is long enough to be no preface')
      await closed
    }
    for (let times = 0; times < 3; times++) await beLeft()
    const after = open()
    const waiting = call(after)
    await expect.poll(() => waits.length).toBe(1)
    expect(await call(before)).toBe('answer')
    // There is room for one that waits.
    await beLeft()
    for (const ring of waits) ring()
    expect(await waiting).toBe('answer')
    for (const client of [before, after]) client.close()
    await server.close(0)
  })
})
