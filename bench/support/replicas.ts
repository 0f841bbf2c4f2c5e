import { aRule } from '../../test/support/acts.js'
import { type Api, type Connection, connect } from '../../test/support/api.js'
import { freePort } from '../../test/support/free-port.js'
import {
  createDatabase,
  type PostgresServer,
  startPostgres,
} from '../../test/support/postgres-server.js'
import { type RedisServer, startRedis } from '../../test/support/redis-server.js'
import {
  type ServerProcess,
  type Settings,
  startServer,
} from '../../test/support/server-process.js'

/** What every server of a benchmark asks. */
export interface Backends {
  readonly postgres: PostgresServer
  readonly redis: RedisServer
  stop(): Promise<void>
}

export async function startBackends(): Promise<Backends> {
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  return {
    postgres,
    redis,
    async stop() {
      await Promise.all([postgres.stop(), redis.stop()])
    },
  }
}

export const pepper = 'a pepper that only benchmarks ever use'

/** Servers on one new database; each is called as its owner. */
export interface Replicas {
  readonly databaseUrl: string
  readonly owners: readonly Api[]
  readonly addresses: readonly string[]
  /** What each server tells of itself, by name; series with labels are added up. */
  readMetrics(index: number): Promise<ReadonlyMap<string, number>>
  stop(): Promise<void>
}

export interface ReplicasPlan {
  readonly backends: Backends
  readonly count: number
  /** One that has an organization already; absent: a new one. */
  readonly databaseUrl?: string
  readonly settings?: Settings
  /** Instead of the built server. */
  readonly program?: string
}

export async function startReplicas(plan: ReplicasPlan): Promise<Replicas> {
  const databaseUrl = plan.databaseUrl ?? (await createDatabase(plan.backends.postgres.url))
  const settings = {
    POSTERN_DATABASE_URL: databaseUrl,
    POSTERN_PEPPER: pepper,
    POSTERN_LOAD_TIMEOUT: '5s',
    ...plan.settings,
  }
  const { stdout } = await (await startServer(settings, plan.program)).kill('SIGTERM')
  const secret = /pst_[0-9A-Za-z]{33}/.exec(stdout)?.[0] ?? ''
  const ports = await Promise.all(Array.from({ length: plan.count }, freePort))
  const servers: ServerProcess[] = await Promise.all(
    ports.map((port) =>
      startServer({ ...settings, POSTERN_HTTP_LISTEN: `127.0.0.1:${port}` }, plan.program),
    ),
  )
  const connections: Connection[] = servers.map(({ address }) => connect(address))
  return {
    databaseUrl,
    addresses: servers.map(({ address }) => address),
    readMetrics: (index) => readMetrics(ports[index] ?? 0),
    owners: connections.map((connection) => connection.as(secret)),
    async stop() {
      for (const connection of connections) connection.close()
      await Promise.all(servers.map((server) => server.kill('SIGTERM')))
    },
  }
}

/** An application that may list groups. */
export async function anAllowedApplication(owner: Api, name: string): Promise<string> {
  const { id } = await owner.applications.createApplication({ name })
  const principal = { $case: 'applicationId', value: id } as const
  await owner.policies.createPolicy({
    name,
    principal,
    rules: [aRule({ permissionSetNames: ['IAMReadOnly'] })],
  })
  return id
}

async function readMetrics(port: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const values = new Map<string, number>()
  for (const [, name = '', value] of text.matchAll(/^(\w+)(?:\{[^}]*\})? (\S+)$/gm)) {
    values.set(name, (values.get(name) ?? 0) + Number(value))
  }
  return values
}
