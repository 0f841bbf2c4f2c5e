import { Cluster, Redis } from 'ioredis'
import { quickenStrings } from './quick-strings.js'
import type { RedisAddress } from './redis-url.js'

export interface RedisSettings {
  readonly address: RedisAddress
  /** PEM; absent: the system's authorities. */
  readonly ca?: string
  /** Instead of the one in the address. */
  readonly password?: string
  /** A command that takes longer counts as a miss. */
  readonly commandTimeoutMs: number
}

export type RedisConnection = Redis | Cluster

quickenStrings()

/**
 * For commands. Every option here makes a Redis that is down a miss in no time: left to themselves,
 * clients queue commands for a server that may come back, and callers wait with them.
 */
export function connectForCommands(settings: RedisSettings): RedisConnection {
  return connect(settings, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: settings.commandTimeoutMs,
    socketTimeout: 300,
    autoResendUnfulfilledCommands: false,
    enableAutoPipelining: true,
  })
}

/**
 * For a subscription, which waits for as long as it takes, and comes back by itself. Whoever is told
 * that it is ready subscribes: what the client sends again by itself fails where nobody can catch it.
 */
export function connectForHints(settings: RedisSettings): RedisConnection {
  return connect(settings, { autoResubscribe: false, maxRetriesPerRequest: null })
}

/** What the two kinds of connection set differently. */
interface Manner {
  readonly enableOfflineQueue?: boolean
  readonly maxRetriesPerRequest: number | null
  readonly commandTimeout?: number
  readonly socketTimeout?: number
  readonly autoResendUnfulfilledCommands?: boolean
  readonly autoResubscribe?: boolean
  readonly enableAutoPipelining?: boolean
}

function connect(settings: RedisSettings, manner: Manner): RedisConnection {
  const { address } = settings
  const options = { ...commonOptions(settings), ...manner }
  switch (address.topology) {
    case 'single':
      return new Redis({ ...address.nodes[0], ...options, db: address.database })
    case 'sentinel':
      return new Redis({
        sentinels: [...address.nodes],
        name: address.primary ?? '',
        ...options,
        db: address.database,
      })
    case 'cluster':
      return connectCluster(address, options)
    default:
      return address.topology satisfies never
  }
}

type Options = ReturnType<typeof commonOptions> & Manner

function connectCluster({ nodes }: RedisAddress, options: Options): Cluster {
  const { enableOfflineQueue = true, enableAutoPipelining = false, ...each } = options
  const { retryStrategy: clusterRetryStrategy, ...redisOptions } = each
  return new Cluster([...nodes], {
    enableOfflineQueue,
    enableAutoPipelining,
    clusterRetryStrategy,
    redisOptions,
  })
}

function commonOptions({ address, ca, password }: RedisSettings) {
  const secret = password ?? address.password
  const tls = ca === undefined ? {} : { ca }
  return {
    connectTimeout: 500,
    retryStrategy: retryAfterMs,
    connectionName: 'postern',
    ...(address.username !== undefined && { username: address.username }),
    ...(secret !== undefined && { password: secret }),
    ...(address.tls && { tls, ...(address.topology === 'sentinel' && { sentinelTLS: tls }) }),
  }
}

/** Soon at first, and then every second: a Redis that comes back is wanted back. */
function retryAfterMs(times: number): number {
  return Math.min(50 * 2 ** Math.min(times, 5), 1_000)
}
