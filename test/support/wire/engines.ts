import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js'
import { createBridge } from '../../../src/wire/bridge.js'
import type { Method } from '../../../src/wire/grpc/method.js'
import { Answer, Refusal } from '../../../src/wire/grpc/reply.js'
import { Status } from '../../../src/wire/grpc/status.js'
import {
  createWireServer,
  type Endpoint,
  type ServerLimits,
  type WireServer,
} from '../../../src/wire/server.js'

/** One service, served by each engine: what they answer must not differ. */

export const messageBytesMax = 100_000

const identity = (value: Buffer) => value

/** `echo` answers what it got, `fail` refuses with it, `never` waits for the call to be cancelled. */
export const paths = {
  echo: '/test.Twin/Echo',
  fail: '/test.Twin/Fail',
  metadata: '/test.Twin/Metadata',
  never: '/test.Twin/Never',
  large: '/test.Twin/Large',
  chat: '/test.Twin/Chat',
  chatFail: '/test.Twin/ChatFail',
} as const

export const cancelled: string[] = []

const large = Buffer.alloc(300_000, 'l')

const wireMethods: Readonly<Record<string, Method>> = {
  [paths.echo]: { kind: 'unary', handle: (message) => Buffer.from(message) },
  [paths.fail]: {
    kind: 'unary',
    handle: async (message) => {
      const text = message.toString()
      return new Refusal(Status.failedPrecondition, text, ['x-why', 'because', 'x-bin', 'AAEC'])
    },
  },
  [paths.metadata]: {
    kind: 'unary',
    handle: (_, { metadata }) =>
      new Answer(Buffer.from(metadata.all('x-ask').join('|')), {
        headers: ['x-first', metadata.find('x-ask') ?? ''],
        trailers: ['x-octets', Buffer.concat(metadata.binary('x-ask-bin')).toString('hex')],
      }),
  },
  [paths.never]: {
    kind: 'unary',
    handle: (_, { signal }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          cancelled.push('wire')
          resolve(Buffer.of())
        })
      }),
  },
  [paths.large]: { kind: 'unary', handle: () => large },
  [paths.chat]: {
    kind: 'streaming',
    open: (call) => ({
      message: (message) => {
        if (!call.send(message)) call.pause()
      },
      drain: () => call.resume(),
      end: () => call.finish({ trailers: ['x-bye', 'yes'] }),
    }),
  },
  [paths.chatFail]: {
    kind: 'streaming',
    open: (call) => ({
      message: (message) => {
        call.send(message)
        call.finish(new Refusal(Status.aborted, 'enough'))
      },
      end: () => call.finish(),
    }),
  },
}

export interface Engine {
  readonly name: string
  readonly port: number
  readonly path: string
  close(): Promise<void>
}

export async function startWire(tls?: object): Promise<Engine & { readonly server: WireServer }> {
  const server = createWireServer({ methods: wireMethods, limits: { messageBytesMax } })
  const endpoint: Endpoint = { host: '127.0.0.1', port: 0, ...(tls ? { tls } : {}) }
  const port = await server.listen(endpoint)
  const { path, remove } = socketPath()
  if (!tls) await server.listen({ path })
  return {
    ...{ name: 'wire', port, path, server },
    async close() {
      await server.close(0)
      remove()
    },
  }
}

export interface Bridged extends Engine {
  readonly server: WireServer
  /** Connections that the bridge has opened so far. */
  readonly sessions: readonly Duplex[]
  readonly bugs: readonly unknown[]
}

/** The wire in front, with nothing of its own, of grpc-js. */
export async function startBridged(limits: Partial<ServerLimits> = {}): Promise<Bridged> {
  const behind = await startGrpcJs()
  const sessions: Duplex[] = []
  const bridge = createBridge({
    connect() {
      const session = connect(behind.path)
      sessions.push(session)
      return session
    },
  })
  const bugs: unknown[] = []
  const server = createWireServer({
    ...{ methods: {}, fallback: bridge.fallback, onPeerGone: bridge.leave, limits },
    onBug: (error) => bugs.push(error),
  })
  const port = await server.listen({ host: '127.0.0.1', port: 0 })
  return {
    ...{ name: 'bridge', port, path: '', server, sessions, bugs },
    async close() {
      await server.close(0)
      bridge.close()
      await behind.close()
    },
  }
}

export async function startGrpcJs(): Promise<Engine> {
  const server = new Server({ 'grpc.max_receive_message_length': messageBytesMax })
  addTwin(server)
  const { path, remove } = socketPath()
  const port = await bind(server, '127.0.0.1:0')
  await bind(server, `unix:${path}`)
  return {
    ...{ name: 'grpc-js', port, path },
    async close() {
      server.forceShutdown()
      remove()
    },
  }
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    )
  })
}

function socketPath() {
  const directory = mkdtempSync(join(tmpdir(), 'wire-'))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  return { path: join(directory, 'socket'), remove }
}

type Unary = handleUnaryCall<Buffer, Buffer>
type Bidi = handleBidiStreamingCall<Buffer, Buffer>

function addTwin(server: Server): void {
  const unary = (path: string, handle: Unary) => add(server, path, { isStream: false, handle })
  const bidi = (path: string, handle: Bidi) => add(server, path, { isStream: true, handle })
  unary(paths.echo, ({ request }, answer) => answer(null, request))
  unary(paths.fail, ({ request }, answer) => {
    const metadata = new Metadata()
    metadata.set('x-why', 'because')
    metadata.set('x-bin', Buffer.of(0, 1, 2))
    answer({ code: status.FAILED_PRECONDITION, details: request.toString(), metadata })
  })
  unary(paths.metadata, (call, answer) => {
    const { metadata } = call
    const headers = new Metadata()
    headers.set('x-first', String(metadata.get('x-ask')[0] ?? ''))
    call.sendMetadata(headers)
    const trailers = new Metadata()
    const octets = Buffer.concat(metadata.get('x-ask-bin').map((value) => Buffer.from(value)))
    trailers.set('x-octets', octets.toString('hex'))
    answer(null, Buffer.from(metadata.get('x-ask').join('|')), trailers)
  })
  unary(paths.never, (call) => {
    call.on('cancelled', () => cancelled.push('grpc-js'))
  })
  unary(paths.large, (_, answer) => answer(null, large))
  bidi(paths.chat, (call) => {
    call.on('data', (message) => {
      if (call.write(message)) return
      call.pause()
      call.once('drain', () => call.resume())
    })
    call.on('end', () => {
      const trailers = new Metadata()
      trailers.set('x-bye', 'yes')
      call.end(trailers)
    })
  })
  bidi(paths.chatFail, (call) => {
    call.once('data', (message) => {
      call.write(message)
      call.emit('error', { code: status.ABORTED, details: 'enough' })
    })
    call.on('end', () => call.end())
  })
}

type Handler =
  | { readonly isStream: false; readonly handle: Unary }
  | { readonly isStream: true; readonly handle: Bidi }

function add(server: Server, path: string, { isStream, handle }: Handler): void {
  const definition = {
    path,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  }
  server.addService({ [path]: definition }, { [path]: handle })
}
