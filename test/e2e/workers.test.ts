import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import {
  Client,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import {
  AuthorizationServiceService,
  AuthorizeRequest,
  type AuthorizeResponse,
  AuthorizeStreamRequest,
  type AuthorizeStreamResponse,
  Decision,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import {
  ListUsersRequest,
  type ListUsersResponse,
  UserServiceService,
} from '../../src/grpc/gen/postern/v1/user.js'
import { createDatabase } from '../support/postgres-server.js'
import { runServer, type ServerProcess, startServer } from '../support/server-process.js'

/** Several connections, each with some calls in flight, until it is told to stop. */
function startLoad(address: string, apiKey: string) {
  const clients = Array.from(
    { length: 8 },
    () =>
      new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  )
  const request = AuthorizeRequest.fromPartial({ apiKey, action: 'a:b', resource: {} })
  const { path, requestSerialize, responseDeserialize } = AuthorizationServiceService.authorize
  const seen = { allowed: 0, wrong: 0, failures: [] as ServiceError[] }
  let isStopped = false
  const callsMax = 200_000
  const ask = (client: Client) =>
    new Promise<void>((resolve) => {
      const deadline = { deadline: Date.now() + 20_000 }
      client.makeUnaryRequest<AuthorizeRequest, AuthorizeResponse>(
        ...([path, requestSerialize, responseDeserialize, request] as const),
        deadline as never,
        (error, answer) => {
          if (error) seen.failures.push(error)
          else if (answer?.decision === Decision.ALLOW) seen.allowed += 1
          else seen.wrong += 1
          resolve()
        },
      )
    })
  const worker = async (client: Client) => {
    while (!isStopped && seen.allowed < callsMax) await ask(client)
  }
  const done = Promise.all(clients.flatMap((client) => [worker(client), worker(client)]))
  return {
    seen,
    async stop() {
      isStopped = true
      await done
      for (const client of clients) client.close()
    },
  }
}

/** On one connection: a call to a method that is bridged, not yet complete, and an open stream. */
async function openCalls(address: string, apiKey: string) {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  })
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${apiKey}`)
  const { listUsers } = UserServiceService
  let users: number | undefined
  const bridged = client.makeClientStreamRequest<ListUsersRequest, ListUsersResponse>(
    ...([listUsers.path, listUsers.requestSerialize, listUsers.responseDeserialize] as const),
    metadata,
    (_, answer) => {
      users = answer?.users.length
    },
  )
  bridged.write(ListUsersRequest.fromPartial({}))
  const { path, requestSerialize, responseDeserialize } =
    AuthorizationServiceService.authorizeStream
  const stream = client.makeBidiStreamRequest<AuthorizeStreamRequest, AuthorizeStreamResponse>(
    ...([path, requestSerialize, responseDeserialize] as const),
  )
  const ends = [stream, bridged].map((call) => once(call, 'status'))
  const ask = async () => {
    const question = { apiKey, action: 'a:b', resource: {} }
    stream.write(AuthorizeStreamRequest.fromPartial({ id: 'q', question }))
    const [{ answer }] = (await once(stream, 'data')) as [AuthorizeStreamResponse]
    return answer?.$case === 'response' ? answer.value.decision : answer
  }
  // When the second is answered, the server has heard of the first.
  await ask()
  return {
    ask,
    async finish() {
      stream.end()
      bridged.end()
      const told = (await Promise.all(ends)) as [StatusObject][]
      client.close()
      return { ends: told.map(([{ code }]) => code), users }
    },
  }
}

async function isListening(address: string): Promise<boolean> {
  const [host, port] = address.split(':')
  const socket = connect(Number(port), host)
  const isConnected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isConnected
}

/**
 * What the client says of calls that it never sent. Either whoever they were to go to stopped listening
 * before there was a connection; or the connection was told to go away, at the first try and again at the
 * second, while the call waited to be written: then the client's HTTP/2 closes the stream itself
 * (REFUSED_STREAM, RFC 9113 section 8.7) and the server hears nothing of it. A call that is cut off on
 * its connection is told in other words.
 */
const unsent = /^(No connection established\. Last error: |Stream refused by server$)/

function childrenOf(pid: number): number[] {
  return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number)
}

describe('workers that share a port', () => {
  let server: ServerProcess
  let key: string
  const serving = () => server.logged().split('"serving"').length - 1
  beforeEach(async () => {
    const settings = {
      POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')),
      POSTERN_PEPPER: 'a pepper that only tests ever use',
    }
    const first = await (await startServer(settings)).kill('SIGTERM')
    key = /pst_[0-9A-Za-z]{33}/.exec(first.stdout)?.[0] ?? ''
    server = await startServer({
      ...settings,
      POSTERN_WORKERS: '2',
      POSTERN_LOG_LEVEL: 'info',
    })
    await expect.poll(serving, { timeout: 30_000 }).toBe(2)
  })
  afterEach(async () => {
    await server.kill('SIGTERM')
  })

  it('go on when one of them is killed: only its calls fail, and another takes its place', async () => {
    const load = startLoad(server.address, key)
    await expect.poll(() => load.seen.allowed, { timeout: 30_000 }).toBeGreaterThan(500)
    const before = childrenOf(server.pid)
    process.kill(before[0] ?? 0, 'SIGKILL')
    const atKill = load.seen.allowed
    await expect.poll(() => load.seen.allowed, { timeout: 30_000 }).toBeGreaterThan(atKill + 500)
    const isReplaced = () => childrenOf(server.pid).filter((pid) => !before.includes(pid)).length
    await expect.poll(isReplaced, { timeout: 30_000 }).toBe(1)
    await load.stop()
    expect(load.seen.wrong).toBe(0)
    // Two calls in flight on each of eight connections, of which some were its.
    expect(load.seen.failures.length).toBeLessThanOrEqual(16)
    for (const { code } of load.seen.failures) expect(code).toBe(status.UNAVAILABLE)
  })

  it('end without failing a call that they took', async () => {
    const load = startLoad(server.address, key)
    await expect.poll(() => load.seen.allowed, { timeout: 30_000 }).toBeGreaterThan(500)
    const open = await openCalls(server.address, key)
    expect(load.seen.failures).toEqual([])
    const exit = server.kill('SIGTERM')
    await expect.poll(() => isListening(server.address), { timeout: 30_000 }).toBe(false)
    // Where nobody can connect any more, what was under way goes on, and ends as it should.
    expect(await open.ask()).toBe(Decision.ALLOW)
    expect(await open.finish()).toEqual({ ends: [status.OK, status.OK], users: 1 })
    expect((await exit).code).toBe(0)
    await load.stop()
    expect(load.seen.wrong).toBe(0)
    for (const { code, details } of load.seen.failures) {
      expect(code).toBe(status.UNAVAILABLE)
      expect(details).toMatch(unsent)
    }
  })
})

it('are refused on the embedded store', async () => {
  const { code, stderr } = await runServer({ POSTERN_WORKERS: '2' })
  expect(code).toBe(78)
  expect(stderr).toMatch(/POSTERN_WORKERS: the embedded store/)
})
