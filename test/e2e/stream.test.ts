import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import {
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  makeClientConstructor,
  status,
} from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  AuthorizationServiceService,
  AuthorizeStreamRequest,
  type AuthorizeStreamResponse,
  Resource,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { anAdministrator, describeAnswer } from '../support/acts.js'
import { startSystem, type TestSystem } from '../support/system.js'

/** An address of this machine that is not loopback: who calls it needs a key. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

type Stream = ClientDuplexStream<AuthorizeStreamRequest, AuthorizeStreamResponse>

describe.each(['on', 'off'])('questions in a stream, with our own transport %s', (wire) => {
  let system: TestSystem
  let key: string
  beforeAll(async () => {
    system = await startSystem({
      POSTERN_WIRE: wire,
      ...(outside && { POSTERN_LISTEN: '0.0.0.0:0', POSTERN_INSECURE: 'true' }),
    })
    key = (await anAdministrator(system.owner, 'IAMReadOnly')).key
  })
  afterAll(() => system.close())

  const open = (address = system.address, secret = ''): { stream: Stream; close(): void } => {
    const Service = makeClientConstructor(AuthorizationServiceService, 'AuthorizationService')
    const client = new Service(address, credentials.createInsecure())
    const metadata = new Metadata()
    if (secret) metadata.set('authorization', `Bearer ${secret}`)
    const stream = (
      client as unknown as { authorizeStream(metadata: Metadata): Stream }
    ).authorizeStream(metadata)
    return { stream, close: () => client.close() }
  }
  const asking = (id: string, parts: object = {}) =>
    AuthorizeStreamRequest.fromPartial({
      id,
      question: { apiKey: key, action: 'iam:group:list', resource: {}, ...parts },
    })
  const answersOf = async (stream: Stream): Promise<Map<string, string>> => {
    const answers = new Map<string, string>()
    stream.on('data', ({ id, answer }: AuthorizeStreamResponse) => {
      const told =
        answer?.$case === 'response' ? describeAnswer(answer.value) : answer?.value.reason
      answers.set(id, told ?? '')
    })
    await once(stream, 'end')
    return answers
  }

  it('are each answered under their id, from memory and not', async () => {
    const { stream, close } = open()
    const answers = answersOf(stream)
    for (let i = 0; i < 500; i++) stream.write(asking(`q${i}`))
    stream.write(asking('other', { action: 'iam:group:delete' }))
    stream.write(asking('garbage', { apiKey: 'garbage' }))
    const consistency = { requirement: { $case: 'fullyConsistent', value: true } }
    stream.write(asking('fresh', { consistency }))
    stream.write(asking('naïve'))
    stream.end()
    const told = await answers
    expect(told.size).toBe(504)
    expect(told.get('q0')).toBe('allow RULE')
    expect(told.get('q499')).toBe('allow RULE')
    expect(told.get('other')).toBe('deny NO_MATCHING_RULE')
    expect(told.get('garbage')).toBe('deny KEY_MALFORMED')
    expect(told.get('fresh')).toBe('allow RULE')
    expect(told.get('naïve')).toBe('allow RULE')
    close()
  })

  it('fail alone when they are malformed', async () => {
    const { stream, close } = open()
    const answers = answersOf(stream)
    stream.write(asking('bad', { action: 'a b' }))
    stream.write(AuthorizeStreamRequest.fromPartial({ id: 'empty' }))
    stream.write(asking('x'.repeat(129)))
    stream.write(asking('good', { resource: Resource.fromPartial({}) }))
    stream.end()
    const told = await answers
    expect(Object.fromEntries([...told].map(([id, text]) => [id.slice(0, 5), text]))).toEqual({
      bad: 'INVALID_ARGUMENT',
      empty: 'INVALID_ARGUMENT',
      xxxxx: 'INVALID_ARGUMENT',
      good: 'allow RULE',
    })
    close()
  })

  it('end with a message that is none', async () => {
    const client = new Client(system.address, credentials.createInsecure())
    const { path } = AuthorizationServiceService.authorizeStream
    const bytes = (value: Buffer) => value
    const stream = client.makeBidiStreamRequest(path, bytes, bytes)
    stream.on('data', () => {})
    const ended = once(stream, 'end').catch((error: unknown) => error)
    stream.write(Buffer.from([0x12, 0x05]))
    expect(await ended).toMatchObject({ code: status.INVALID_ARGUMENT })
    client.close()
  })

  // A machine may have no address but loopback; nobody needs a key there.
  it.skipIf(!outside)('end soon after the key of who asks them is gone', async () => {
    const { owner } = system
    const bearer = { $case: 'userId', value: (await owner.users.getUser()).id } as const
    const { secret, apiKey } = await owner.apiKeys.createApiKey({ bearer })
    const { stream, close } = open(`${outside}:${system.address.split(':').at(-1)}`, secret)
    const ended = once(stream, 'error')
    let answers = 0
    stream.on('data', () => {
      answers += 1
    })
    stream.write(asking('before'))
    await expect.poll(() => answers).toBe(1)
    await owner.apiKeys.deleteApiKey({ accessKey: apiKey?.accessKey ?? '' })
    const asked = setInterval(() => stream.write(asking('after')), 20)
    const [refusal] = await ended
    clearInterval(asked)
    expect(refusal).toMatchObject({ code: status.UNAUTHENTICATED })
    close()
  })

  it('wait for a reader that is slower than they are', async () => {
    const { stream, close } = open()
    let accepted = 0
    const more = () => {
      while (accepted < 20_000) {
        accepted += 1
        if (!stream.write(asking(`q${accepted}`))) return
      }
      stream.end()
    }
    stream.on('drain', more)
    more()
    const answers = await answersOf(stream)
    expect(answers.size).toBe(20_000)
    close()
  })
})
