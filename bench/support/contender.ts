import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import type { Turns } from '../servers/turn-meter.js'

/** A server in a process of its own. */
export interface Contender {
  readonly address: string
  readonly secret: string
  /** Where it speaks HTTP/1.1, if it does. */
  readonly httpAddress: string
  readonly pid: number
  /** Microseconds of CPU that the server has used so far. */
  cpuUs(): Promise<number>
  stop(): Promise<void>
}

/** One of ours. */
export interface NodeContender extends Contender {
  /** How long the event loop of the server is held while `work` goes on. */
  turnsOf(work: () => Promise<void>): Promise<Turns>
}

/** From now on the server runs on that core alone, so that who asks it can have another. */
export function pin({ pid }: Contender, core: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)])
}

export async function startContender(
  name: 'echo' | 'fastify' | 'node-http2' | 'postern' | 'wire',
  env: Readonly<Record<string, string>> = {},
): Promise<NodeContender> {
  const program = fileURLToPath(new URL(`../servers/${name}.ts`, import.meta.url))
  const child = fork(program, {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...env },
  })
  const { address, secret = '', httpAddress = '' } = await message<Ready>(child)
  return {
    address,
    secret,
    httpAddress,
    pid: child.pid ?? 0,
    async cpuUs() {
      child.send('cpu')
      return (await message<{ cpuUs: number }>(child)).cpuUs
    },
    async turnsOf(work) {
      child.send('begin turns')
      await work()
      child.send('end turns')
      return message<Turns>(child)
    },
    async stop() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}

type Ready = { address: string; secret?: string; httpAddress?: string }

async function message<T>(child: ChildProcess): Promise<T> {
  const [value] = (await once(child, 'message')) as [T]
  return value
}

export interface Load {
  readonly path: string
  readonly request: Buffer
  readonly connections: number
  readonly inFlight: number
  readonly calls: number
}

export interface LoadResult {
  readonly callsPerSecond: number
  readonly cpuUsPerCall: number
  /** Of each call, as its client saw it. */
  readonly latenciesMs: readonly number[]
}

/** A fixed number of calls from a closed loop; stops by itself. */
export async function drive(contender: Contender, load: Load): Promise<LoadResult> {
  const clients = Array.from(
    { length: load.connections },
    () =>
      new Client(contender.address, credentials.createInsecure(), {
        'grpc.use_local_subchannel_pool': 1,
      }),
  )
  const latenciesMs: number[] = []
  let left = load.calls
  const worker = async (client: Client) => {
    while (left-- > 0) latenciesMs.push(await timedCall(client, load))
  }
  const cpuBefore = await contender.cpuUs()
  const startMs = performance.now()
  await Promise.all(
    clients.flatMap((client) => Array.from({ length: load.inFlight }, () => worker(client))),
  )
  const elapsedMs = performance.now() - startMs
  const cpuUs = (await contender.cpuUs()) - cpuBefore
  for (const client of clients) client.close()
  return {
    callsPerSecond: (load.calls / elapsedMs) * 1_000,
    cpuUsPerCall: cpuUs / load.calls,
    latenciesMs,
  }
}

const identity = (value: Buffer) => value

function timedCall(client: Client, { path, request }: Load): Promise<number> {
  const startMs = performance.now()
  return new Promise((resolve, reject) => {
    const done = (error: ServiceError | null) =>
      error ? reject(error) : resolve(performance.now() - startMs)
    client.makeUnaryRequest(path, identity, identity, request, done)
  })
}
