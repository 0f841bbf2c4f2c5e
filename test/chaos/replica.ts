import { credentials } from '@grpc/grpc-js'
import type { Api, Connection } from '../support/api.js'
import { connect } from '../support/api.js'
import { freePort } from '../support/free-port.js'
import {
  type Exit,
  type ServerProcess,
  type Settings,
  startServer,
} from '../support/server-process.js'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.js'

/** One Postern, which reaches everything else through proxies of its own. */
export interface Replica {
  readonly index: number
  readonly postgres: TcpProxy
  readonly redis: TcpProxy
  /** False while a balancer would send nobody here. */
  listed: boolean
  /** One of a handful of connections, for who has no key of its own. */
  anyone(lane: number): Api
  owner(lane: number): Api
  signal(signal: NodeJS.Signals): void
  /** Resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<Exit>
  /** The same port, a new process. */
  start(): Promise<void>
  close(): Promise<Exit>
}

export interface ReplicaPlan {
  readonly index: number
  readonly ports: { readonly postgres: number; readonly redis: number }
  readonly database: string
  readonly settings: Settings
  readonly program: string | undefined
  readonly ownerKey: string
}

/** Made once: an API is a function for each call that there is. */
interface Lane {
  readonly connection: Connection
  readonly anyone: Api
  readonly owner: Api
}

const lanesMax = 4

export async function startReplica(plan: ReplicaPlan): Promise<Replica> {
  const [postgres, redis, port] = await Promise.all([
    startProxy(plan.ports.postgres),
    startProxy(plan.ports.redis),
    freePort(),
  ])
  const address = `127.0.0.1:${port}`
  const settings = {
    POSTERN_DATABASE_URL: `postgres://postgres@127.0.0.1:${postgres.port}/${plan.database}`,
    POSTERN_REDIS_URL: `redis://127.0.0.1:${redis.port}`,
    POSTERN_LISTEN: address,
    ...plan.settings,
  }
  let server: ServerProcess
  let lanes: Lane[] = []
  const start = async () => {
    server = await startServer(settings, plan.program)
    for (const { connection } of lanes) connection.close()
    lanes = Array.from({ length: lanesMax }, () => openLane(address, plan.ownerKey))
  }
  await start()
  return {
    index: plan.index,
    postgres,
    redis,
    listed: true,
    anyone: (lane) => laneOf(lanes, lane).anyone,
    owner: (lane) => laneOf(lanes, lane).owner,
    signal: (signal) => server.signal(signal),
    end: (signal) => server.kill(signal),
    start,
    async close() {
      for (const { connection } of lanes) connection.close()
      const exit = await server.kill('SIGTERM')
      await Promise.all([postgres.close(), redis.close()])
      return exit
    },
  }
}

/** Without its own pool, all would share one connection. */
function openLane(address: string, ownerKey: string): Lane {
  const options = { 'grpc.use_local_subchannel_pool': 1 }
  const connection = connect(address, credentials.createInsecure(), options)
  return { connection, anyone: connection.as(''), owner: connection.as(ownerKey) }
}

function laneOf(lanes: readonly Lane[], lane: number): Lane {
  const found = lanes[lane % lanes.length]
  if (!found) throw new Error('the replica is not started')
  return found
}
