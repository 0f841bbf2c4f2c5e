import { Redis } from 'ioredis'
import { createDatabase, type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { startServer } from '../support/server-process.js'
import { type Replica, startReplica } from './replica.js'

/** Everything that a run starts, and nothing that it did not. */
export interface Cluster {
  readonly postgres: PostgresServer
  readonly redis: RedisServer
  /** Straight to the database, past the proxies. */
  readonly databaseUrl: string
  readonly replicas: readonly Replica[]
  /** A connection of the run's own, past the proxies. */
  redisClient(): Redis
  close(): Promise<void>
}

export const boundMs = 2_000
const replicaCount = 3

const settings = {
  POSTERN_PEPPER: 'a pepper that only tests ever use',
  POSTERN_STALENESS_BOUND: `${boundMs}ms`,
  POSTERN_FEED_INTERVAL: '200ms',
  // A machine that runs tests is a busy one.
  POSTERN_LOAD_TIMEOUT: '1s',
  // Little enough that the tiers below are asked all the time.
  POSTERN_CACHE_ENTRIES: '150',
}

/** Few connections, to be exhausted soon; and where it can be had, a recovery in one sync. */
const postgresSettings = [
  'max_connections=60',
  ...(process.platform === 'linux' ? ['recovery_init_sync_method=syncfs'] : []),
]

/** `program`: what to run instead of the built server. */
export async function startCluster(program?: string): Promise<Cluster> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const [postgres, redis] = await Promise.all([
      startPostgres({ settings: postgresSettings }),
      startRedis(),
    ])
    closers.push(
      () => postgres.stop(),
      () => redis.stop(),
    )
    const databaseUrl = await createDatabase(postgres.url)
    const ownerKey = await found(databaseUrl, program)
    const { port, pathname } = new URL(databaseUrl)
    const ports = { postgres: Number(port), redis: redis.port }
    const database = pathname.slice(1)
    const replicas = await Promise.all(
      Array.from({ length: replicaCount }, (_, index) =>
        startReplica({ index, ports, database, settings, program, ownerKey }),
      ),
    )
    closers.push(() => Promise.all(replicas.map(closeWell)))
    const redisClient = () => {
      const client = new Redis(redis.url, { lazyConnect: false })
      client.on('error', () => undefined)
      return client
    }
    return { postgres, redis, databaseUrl, replicas, redisClient, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A replica that died on the way, or dies on its way out, has a bug. */
async function closeWell(replica: Replica): Promise<void> {
  const { code, stderr } = await replica.close()
  if (code === 0) return
  throw new Error(`replica ${replica.index} ended with ${code}: ${stderr}`)
}

/** A first server makes the organization, and tells its owner's key. */
async function found(databaseUrl: string, program?: string): Promise<string> {
  const first = await startServer({ ...settings, POSTERN_DATABASE_URL: databaseUrl }, program)
  const { stdout } = await first.kill('SIGTERM')
  const key = /pst_[0-9A-Za-z]{33}/.exec(stdout)?.[0]
  if (key === undefined) throw new Error('the first start told no key')
  return key
}
