/** Where a Redis is, as one URL says it. */
export interface RedisAddress {
  readonly topology: 'single' | 'sentinel' | 'cluster'
  readonly nodes: readonly RedisNode[]
  /** The name under which the Sentinels know the primary. */
  readonly primary?: string
  readonly tls: boolean
  readonly username?: string
  readonly password?: string
  readonly database: number
}

export interface RedisNode {
  readonly host: string
  readonly port: number
}

const url =
  /^redis(?<tls>s?)(?:-(?<topology>sentinel|cluster))?:\/\/(?:(?<username>(?:[^:@/%]|%[0-9a-fA-F]{2})*)(?::(?<password>(?:[^@/%]|%[0-9a-fA-F]{2})*))?@)?(?<nodes>[^/?@]+)(?:\/(?<path>[^/?]*))?(?:\?db=(?<db>\d+))?$/

/**
 * `redis://host:port/database`, `redis-sentinel://host:port,…/primary?db=database` or
 * `redis-cluster://host:port,…`, each with `user:password@` before the first host, and as
 * `rediss…` over TLS. `undefined` for anything else.
 */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const parts = url.exec(text)?.groups
  if (!parts) return undefined
  const topology = (parts.topology ?? 'single') as RedisAddress['topology']
  const nodes = (parts.nodes ?? '').split(',').map((node) => parseNode(node, topology))
  const known = nodes.filter((node) => node !== undefined)
  const database = databaseOf(topology, parts)
  if (known.length !== nodes.length || database === undefined) return undefined
  if (topology === 'single' && known.length !== 1) return undefined
  if (topology === 'sentinel' && !parts.path) return undefined
  if (topology === 'cluster' && (parts.path || database !== 0)) return undefined
  return {
    topology,
    nodes: known,
    ...(topology === 'sentinel' && parts.path && { primary: parts.path }),
    tls: parts.tls === 's',
    ...(parts.username && { username: decodeURIComponent(parts.username) }),
    ...(parts.password && { password: decodeURIComponent(parts.password) }),
    database,
  }
}

function parseNode(text: string, topology: RedisAddress['topology']): RedisNode | undefined {
  const [, host, port] = /^(\[[0-9a-fA-F:]+\]|[^:\s[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (host === undefined) return undefined
  const number = port === undefined ? defaultPort(topology) : Number(port)
  if (number < 1 || number > 65_535) return undefined
  return { host: host.replace(/^\[|\]$/g, ''), port: number }
}

function defaultPort(topology: RedisAddress['topology']): number {
  return topology === 'sentinel' ? 26_379 : 6_379
}

function databaseOf(
  topology: RedisAddress['topology'],
  { path, db }: Readonly<Record<string, string | undefined>>,
): number | undefined {
  const text = topology === 'single' && path ? path : (db ?? '0')
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined
}
