import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import {
  Client,
  type ClientUnaryCall,
  compressionAlgorithms,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  cancelled,
  type Engine,
  messageBytesMax,
  paths,
  startBridged,
  startGrpcJs,
  startWire,
} from '../support/wire/engines.js'
import { message } from '../support/wire/frames.js'
import { type RawCallParts, rawCall } from '../support/wire/raw-client.js'

/** The same calls, good and broken, to this transport, through its bridge, and to grpc-js. */

const engines = new Map<string, Engine>()

beforeAll(async () => {
  for (const engine of await Promise.all([startWire(), startBridged(), startGrpcJs()])) {
    engines.set(engine.name, engine)
  }
})

afterAll(async () => {
  await Promise.all([...engines.values()].map((engine) => engine.close()))
})

const identity = (value: Buffer) => value

interface Told {
  readonly code: number
  readonly details: string
  readonly message: string | undefined
  readonly headers: unknown
  readonly trailers: unknown
}

interface Question {
  readonly path?: string
  readonly request?: Buffer
  readonly metadata?: Metadata
  readonly deadlineMs?: number
  readonly client?: object
  readonly isUnix?: boolean
  readonly act?: (call: ClientUnaryCall) => void
}

/** What a client is told, without what only names the engine. */
function ask(engine: Engine, question: Question): Promise<Told> {
  const { path = paths.echo, request = Buffer.from('hello'), isUnix = false } = question
  const address = isUnix ? `unix:${engine.path}` : `127.0.0.1:${engine.port}`
  const client = new Client(address, credentials.createInsecure(), question.client ?? {})
  return new Promise((resolve) => {
    let answer: Buffer | undefined
    let failure: ServiceError | null = null
    let headers: unknown
    const options = question.deadlineMs ? { deadline: Date.now() + question.deadlineMs } : {}
    const metadata = question.metadata ?? new Metadata()
    const call = client.makeUnaryRequest(
      ...([path, identity, identity, request, metadata, options] as const),
      (error, value?: Buffer) => {
        failure = error
        answer = value
      },
    )
    call.on('metadata', (seen) => {
      headers = known(seen)
    })
    call.on('status', (end) => {
      client.close()
      setImmediate(() =>
        resolve({
          code: failure?.code ?? end.code,
          details: wordsOf(end),
          message: answer?.toString(),
          headers,
          trailers: known(end.metadata),
        }),
      )
    })
    question.act?.(call)
  })
}

/** grpc-js says `OK` in words too. */
function wordsOf({ code, details }: { readonly code: number; readonly details: string }): string {
  return code === status.OK ? '' : details
}

function known(metadata: Metadata): unknown {
  const entries = Object.entries(metadata.getMap()).filter(([name]) => name.startsWith('x-'))
  return Object.fromEntries(entries)
}

async function askAll(question: Question): Promise<Told> {
  const told = await Promise.all([...engines.values()].map((engine) => ask(engine, question)))
  const [wire, bridge, grpcJs] = told
  expect(wire).toEqual(grpcJs)
  expect(bridge).toEqual(grpcJs)
  return wire as Told
}

function metadataWith(...entries: readonly (readonly [string, string | Buffer])[]): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of entries) metadata.add(name, value)
  return metadata
}

describe('a unary call', () => {
  test('gets the answer', async () => {
    expect(await askAll({})).toMatchObject({ code: 0, message: 'hello' })
  })

  test('may be empty', async () => {
    expect(await askAll({ request: Buffer.of() })).toMatchObject({ code: 0, message: '' })
  })

  test('gets the refusal, its words and its metadata', async () => {
    const request = Buffer.from('100 % ∞, "no"\n')
    const told = await askAll({ path: paths.fail, request })
    expect(told).toMatchObject({ code: status.FAILED_PRECONDITION, details: request.toString() })
    expect(told.trailers).toEqual({ 'x-why': 'because', 'x-bin': Buffer.of(0, 1, 2) })
  })

  test('carries metadata there and back, octets too', async () => {
    const metadata = metadataWith(
      ...([
        ['x-ask', 'one'],
        ['x-ask-bin', Buffer.of(0, 255, 1)],
      ] as const),
    )
    const told = await askAll({ path: paths.metadata, metadata })
    expect(told).toMatchObject({ code: 0, headers: { 'x-first': 'one' } })
    expect(told.message).toBe('one')
    expect(told.trailers).toEqual({ 'x-octets': '00ff01' })
  })

  test('may be answered with more than a window holds', async () => {
    const told = await askAll({ path: paths.large })
    expect(told.message).toHaveLength(300_000)
  })

  test('may be as large as is allowed, and no larger', async () => {
    const request = Buffer.alloc(messageBytesMax, 'r')
    expect(await askAll({ request })).toMatchObject({ code: 0 })
    const larger = Buffer.alloc(messageBytesMax + 1)
    const told = await Promise.all([...engines.values()].map((e) => ask(e, { request: larger })))
    expect(told.map(({ code }) => code)).toEqual(Array(3).fill(status.RESOURCE_EXHAUSTED))
  })

  test('may be compressed with gzip', async () => {
    const client = { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }
    const request = Buffer.alloc(50_000, 'z')
    expect(await askAll({ request, client })).toMatchObject({ code: 0, message: `${request}` })
  })

  test('of an unknown method is unimplemented', async () => {
    const told = await Promise.all(
      [...engines.values()].map((engine) => ask(engine, { path: '/test.Twin/Nothing' })),
    )
    expect(told.map(({ code }) => code)).toEqual(Array(3).fill(status.UNIMPLEMENTED))
  })

  test('ends with its deadline', async () => {
    const told = await Promise.all(
      [...engines.values()].map((engine) => ask(engine, { path: paths.never, deadlineMs: 50 })),
    )
    expect(told.map(({ code }) => code)).toEqual(Array(3).fill(status.DEADLINE_EXCEEDED))
  })

  test('that is cancelled cancels its handler', async () => {
    cancelled.length = 0
    const act = (call: ClientUnaryCall) => void setTimeout(() => call.cancel(), 100)
    expect(await askAll({ path: paths.never, act })).toMatchObject({ code: status.CANCELLED })
    await expect.poll(() => cancelled.length).toBeGreaterThanOrEqual(3)
    expect(new Set(cancelled)).toEqual(new Set(['wire', 'grpc-js']))
  })

  test('comes over a UNIX socket too', async () => {
    const [wire, grpcJs] = [engines.get('wire'), engines.get('grpc-js')] as [Engine, Engine]
    const told = await ask(wire, { isUnix: true })
    expect(told).toMatchObject({ code: 0, message: 'hello' })
    expect(told).toEqual(await ask(grpcJs, { isUnix: true }))
  })
})

describe('a bidirectional stream', () => {
  async function chat(engine: Engine, path: string, messages: readonly Buffer[]) {
    const address = `127.0.0.1:${engine.port}`
    const client = new Client(address, credentials.createInsecure())
    const call = client.makeBidiStreamRequest(path, identity, identity)
    const got: Buffer[] = []
    call.on('data', (one: Buffer) => got.push(one))
    call.on('error', () => {})
    const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve))
    for (const one of messages) if (!call.write(one)) await once(call, 'drain')
    call.end()
    const end = await ended
    client.close()
    const { code, metadata } = end
    const details = wordsOf(end)
    return { code, details, got: Buffer.concat(got).toString('hex'), trailers: known(metadata) }
  }

  test.each([
    ['few small messages', [Buffer.from('a'), Buffer.from('b')]],
    ['no message', []],
    ['many messages', Array.from({ length: 2_000 }, (_, index) => Buffer.from(`${index};`))],
    ['large messages', Array.from({ length: 20 }, () => Buffer.alloc(90_000, 'x'))],
  ])('of %s gets each back, in order, and the trailers', async (_, messages) => {
    const told = await Promise.all(
      [...engines.values()].map((engine) => chat(engine, paths.chat, messages)),
    )
    expect(told[0]).toMatchObject({ code: 0, trailers: { 'x-bye': 'yes' } })
    expect(told[0]?.got).toBe(Buffer.concat(messages).toString('hex'))
    expect(told[0]).toEqual(told[2])
    expect(told[1]).toEqual(told[2])
  })

  test('may be refused in the middle', async () => {
    const told = await Promise.all(
      [...engines.values()].map((engine) => chat(engine, paths.chatFail, [Buffer.from('a')])),
    )
    expect(told[0]).toMatchObject({ code: status.ABORTED, details: 'enough', got: '61' })
    expect(told[0]).toEqual(told[2])
    expect(told[1]).toEqual(told[2])
  })
})

describe('a broken call', () => {
  const gzipped = gzipSync(Buffer.from('hello'))
  const bomb = gzipSync(Buffer.alloc(50_000_000))
  const gzip = { 'grpc-encoding': 'gzip' }
  /** The status here, and where grpc-js is known to be laxer or to say otherwise, its own. */
  const cases: readonly (readonly [string, RawCallParts, number, number?])[] = [
    ['whose gzip is none', { headers: gzip, body: message('no gzip', 1) }, 13],
    ['whose gzip is cut off', { headers: gzip, body: message(gzipped.subarray(0, 12), 1) }, 13],
    ['whose gzip is a bomb', { headers: gzip, body: message(bomb, 1) }, 8],
    ['that claims 4 GiB', { body: Buffer.of(0, 255, 255, 255, 255) }, 8],
    ['that is compressed unannounced', { body: message(gzipped, 1) }, 13, 0],
    ['whose encoding is unknown', { headers: { 'grpc-encoding': 'br' }, body: message('') }, 12, 0],
    ['without a message', { body: Buffer.of() }, 12],
    ['with two messages', { body: Buffer.concat([message('a'), message('b')]) }, 12],
    ['that ends inside a message', { body: message('hello').subarray(0, 7) }, 13, 12],
  ]

  test.each(cases)('%s ends alike', async (_, call, code, grpcJsCode = code) => {
    for (const engine of engines.values()) {
      const told = await rawCall(engine, call as RawCallParts)
      expect(Number(told.status), engine.name).toBe(engine.name === 'wire' ? code : grpcJsCode)
      expect(await ask(engine, {}), engine.name).toMatchObject({ code: 0 })
    }
  })

  test('of another content type is none of gRPC', async () => {
    const headers = { 'content-type': 'application/json' }
    for (const engine of engines.values()) {
      expect((await rawCall(engine, { headers, body: message('') })).httpStatus).toBe(415)
    }
  })

  test.each(['0n', '1n'])('whose timeout is %s is late', async (timeout) => {
    const headers = { 'grpc-timeout': timeout }
    for (const name of ['wire', 'bridge']) {
      const engine = engines.get(name) as Engine
      expect((await rawCall(engine, { headers, body: message('') })).status, name).toBe('4')
    }
  })

  test.each(['-1S', 'x5S', '123456789S', '5', ''])(
    'whose timeout is `%s` is refused',
    async (t) => {
      for (const name of ['wire', 'bridge']) {
        const engine = engines.get(name) as Engine
        const told = await rawCall(engine, { headers: { 'grpc-timeout': t }, body: message('') })
        expect(told.status, name).toBe('3')
      }
    },
  )

  test.each(['600H', '20000000S', '99999999H'])('may have a timeout of %s', async (timeout) => {
    for (const name of ['wire', 'bridge']) {
      const engine = engines.get(name) as Engine
      const headers = { 'grpc-timeout': timeout }
      expect((await rawCall(engine, { headers, body: message('a') })).status, name).toBe('0')
    }
  })
})
