import type { CacheSettings } from './cache/open-cache.js'
import { parseRedisUrl, type RedisAddress } from './cache/redis-url.js'
import { type Variables, variables } from './config-variables.js'
import { type QuotaNoun, type Quotas, quotaNouns } from './domain/quota.js'

/** Everything that can be set, read from environment variables, with every default and bound. */
export interface Config {
  readonly databaseUrl: DatabaseUrl
  /** `host:port` or `unix:/path`. */
  readonly listen: string
  /** Whether our own transport takes the gRPC port, or the library does. */
  readonly wire: boolean
  /** How many processes share the ports. */
  readonly workers: number
  /** Absent: no HTTP. */
  readonly httpListen?: HostAndPort
  /** Where clients reach the HTTP port, as they know it; absent: the address that they reach. */
  readonly publicUrl?: string
  /** Absent: no request is mapped but by a proxy's own word. */
  readonly routesFile?: string
  readonly tls?: TlsFiles
  readonly authorizePeers: 'loopback' | 'anyone'
  readonly pepper: PepperSource
  readonly bootstrap: BootstrapConfig
  readonly cache: CacheConfig
  readonly store: StoreConfig
  /** Administrative acts under way at a time, in each process. */
  readonly actsMax: number
  /** Of each organization. */
  readonly quotas: Quotas
  readonly shutdownGraceMs: number
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
}

export interface HostAndPort {
  readonly host: string
  readonly port: number
}

export type DatabaseUrl =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'postgres'; readonly url: string }

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  /** Clients must present a certificate of this authority. */
  readonly clientCaFile?: string
}

/** `generated`: made at first start, beside the embedded store. */
export type PepperSource =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'generated'; readonly path: string; readonly storePath: string }

export interface BootstrapConfig {
  readonly organizationName: string
  readonly organizationId: string
  readonly ownerEmail: string
  /** Where the owner's first key is written, once; absent: standard output. */
  readonly ownerKeyFile?: string
}

export interface CacheConfig extends Omit<CacheSettings, 'redis'> {
  readonly redis?: RedisConfig
}

export interface RedisConfig {
  readonly address: RedisAddress
  readonly passwordFile?: string
  readonly caFile?: string
  readonly commandTimeoutMs: number
}

export interface StoreConfig {
  /** Whether the primary must go on proving that it can commit; `auto`: if it has standbys. */
  readonly lease: 'on' | 'off' | 'auto'
  /** How long the log of changes is kept. */
  readonly changeLogRetentionMs: number
}

/** What is wrong with the configuration, one line for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** For other programs of the suite, which share the environment with the server. */
const foreign = new Set([
  'POSTERN_ADDRESS',
  'POSTERN_API_KEY',
  'POSTERN_TLS_CA',
  'POSTERN_TLS_CERT',
  'POSTERN_TLS_KEY',
])

/** Pure. Throws `ConfigError` naming every variable that is wrong. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  refuseUnknown(env)
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = variables.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new ConfigError(lines.join('\n'))
  }
  return assemble(parsed.data)
}

function assemble(set: Variables): Config {
  const databaseUrl = parseDatabaseUrl(set.POSTERN_DATABASE_URL)
  const tls = parseTls(set)
  requireSafeListen(set, tls)
  return {
    databaseUrl,
    listen: set.POSTERN_LISTEN,
    wire: set.POSTERN_WIRE === 'on',
    workers: parseWorkers(set, databaseUrl),
    ...(set.POSTERN_HTTP_LISTEN !== 'off' && { httpListen: parseHostAndPort(set) }),
    ...(set.POSTERN_PUBLIC_URL && { publicUrl: set.POSTERN_PUBLIC_URL }),
    ...(set.POSTERN_ROUTES_FILE && { routesFile: set.POSTERN_ROUTES_FILE }),
    ...(tls && { tls }),
    authorizePeers: parseAuthorizePeers(set),
    pepper: parsePepper(set, databaseUrl),
    bootstrap: {
      organizationName: set.POSTERN_ORGANIZATION_NAME,
      organizationId: set.POSTERN_ORGANIZATION_ID,
      ownerEmail: set.POSTERN_OWNER_EMAIL,
      ...(set.POSTERN_OWNER_KEY_FILE && { ownerKeyFile: set.POSTERN_OWNER_KEY_FILE }),
    },
    cache: parseCache(set),
    store: {
      lease: set.POSTERN_STORE_LEASE,
      changeLogRetentionMs: set.POSTERN_CHANGE_LOG_RETENTION,
    },
    actsMax: set.POSTERN_ADMIN_CONCURRENCY,
    quotas: parseQuotas(set),
    shutdownGraceMs: set.POSTERN_SHUTDOWN_GRACE,
    logLevel: set.POSTERN_LOG_LEVEL,
  }
}

function parseWorkers({ POSTERN_WORKERS: workers }: Variables, { engine }: DatabaseUrl): number {
  if (workers === 1 || engine === 'postgres') return workers
  throw new ConfigError(
    'POSTERN_WORKERS: the embedded store has one process; more need a PostgreSQL in POSTERN_DATABASE_URL',
  )
}

function parseQuotas(set: Variables): Quotas {
  const given = quotaNouns.map((noun) => {
    const name = noun.toUpperCase() as Uppercase<QuotaNoun>
    return [noun, set[`POSTERN_QUOTA_${name}`]] as const
  })
  const limited = given.filter(([, text]) => text !== 'unlimited')
  return Object.fromEntries(limited.map(([noun, text]) => [noun, Number(text)]))
}

function parseHostAndPort({ POSTERN_HTTP_LISTEN: text }: Variables): HostAndPort {
  const colon = text.lastIndexOf(':')
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '')
  const port = Number(text.slice(colon + 1))
  if (port <= 65_535) return { host, port }
  throw new ConfigError('POSTERN_HTTP_LISTEN: the port must be at most 65535')
}

/** `strict`: a failover is ridden out by refusing; `available`: by answering from before it. */
const profileBoundMs = { strict: 5_000, available: 60_000 } as const

/** A bound that a few missed readings exceed would refuse questions for nothing. */
function parseCache(set: Variables): CacheConfig {
  const bound = set.POSTERN_STALENESS_BOUND ?? profileBoundMs[set.POSTERN_STALENESS_PROFILE]
  const interval = set.POSTERN_FEED_INTERVAL
  if (bound < 4 * interval) {
    throw new ConfigError('POSTERN_STALENESS_BOUND: must be at least 4 times POSTERN_FEED_INTERVAL')
  }
  const redis = parseRedis(set)
  return {
    stalenessBoundMs: bound,
    feedIntervalMs: interval,
    entriesMax: set.POSTERN_CACHE_ENTRIES,
    bytesMax: set.POSTERN_CACHE_BYTES,
    waitMs: set.POSTERN_LOAD_TIMEOUT,
    ...(redis && { redis }),
  }
}

function parseRedis(set: Variables): RedisConfig | undefined {
  const { POSTERN_REDIS_URL: url, POSTERN_REDIS_PASSWORD_FILE: passwordFile } = set
  const { POSTERN_REDIS_CA_FILE: caFile } = set
  if (!url) {
    if (!passwordFile && !caFile) return undefined
    throw new ConfigError('POSTERN_REDIS_URL: must be set when another POSTERN_REDIS_… is')
  }
  const address = parseRedisUrl(url)
  // The value itself may hold a password: it is not repeated.
  if (!address) {
    throw new ConfigError(
      'POSTERN_REDIS_URL: must be redis://host:port/database, redis-sentinel://host:port,…/primary or redis-cluster://host:port,… (rediss… for TLS)',
    )
  }
  if (passwordFile && address.password !== undefined) {
    throw new ConfigError('POSTERN_REDIS_PASSWORD_FILE: the URL has a password already')
  }
  if (caFile && !address.tls) {
    throw new ConfigError('POSTERN_REDIS_CA_FILE: needs a rediss:// URL')
  }
  return {
    address,
    ...(passwordFile && { passwordFile }),
    ...(caFile && { caFile }),
    commandTimeoutMs: set.POSTERN_REDIS_TIMEOUT,
  }
}

/**
 * Whoever can open a socket in the file system is on this machine: its permissions say who. And
 * whoever has a certificate of the operator's own authority was let in by the operator.
 */
function parseAuthorizePeers(set: Variables): Config['authorizePeers'] {
  const isVouchedFor = set.POSTERN_LISTEN.startsWith('unix:') || set.POSTERN_TLS_CLIENT_CA_FILE
  return isVouchedFor ? 'anyone' : set.POSTERN_AUTHORIZE_PEERS
}

/** Throws `ConfigError`. */
export function parseDatabaseUrl(url = 'file:./data/postern.db'): DatabaseUrl {
  if (/^postgres(ql)?:\/\//.test(url)) return { engine: 'postgres', url }
  if (url.startsWith('file:') && url.length > 5) return { engine: 'sqlite', path: url.slice(5) }
  throw new ConfigError(
    'POSTERN_DATABASE_URL: must be file:PATH for the embedded store or postgres://… for PostgreSQL',
  )
}

function parseTls(set: Variables): TlsFiles | undefined {
  const {
    POSTERN_TLS_CERT_FILE: certFile,
    POSTERN_TLS_KEY_FILE: keyFile,
    POSTERN_TLS_CLIENT_CA_FILE: clientCaFile,
  } = set
  if (certFile && keyFile) return { certFile, keyFile, ...(clientCaFile && { clientCaFile }) }
  if (!certFile && !keyFile && !clientCaFile) return undefined
  throw new ConfigError('POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE: must be set together')
}

/** Keys travel in every call: in clear text they travel on this machine only, unless told. */
function requireSafeListen(set: Variables, tls: TlsFiles | undefined): void {
  if (tls || set.POSTERN_INSECURE) return
  for (const variable of ['POSTERN_LISTEN', 'POSTERN_HTTP_LISTEN'] as const) {
    if (isLocal(set[variable])) continue
    throw new ConfigError(
      `${variable}: beyond loopback needs POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE, or POSTERN_INSECURE=true`,
    )
  }
}

function isLocal(address: string): boolean {
  return /^(off$|unix:|127\.|localhost:|\[::1\]:)/.test(address)
}

function parsePepper(set: Variables, databaseUrl: DatabaseUrl): PepperSource {
  if (set.POSTERN_PEPPER && set.POSTERN_PEPPER_FILE) {
    throw new ConfigError('POSTERN_PEPPER and POSTERN_PEPPER_FILE: only one may be set')
  }
  if (set.POSTERN_PEPPER) return { kind: 'text', text: set.POSTERN_PEPPER }
  if (set.POSTERN_PEPPER_FILE) return { kind: 'file', path: set.POSTERN_PEPPER_FILE }
  if (databaseUrl.engine === 'sqlite') {
    const { path } = databaseUrl
    return { kind: 'generated', path: `${path}.pepper`, storePath: path }
  }
  throw new ConfigError(
    'POSTERN_PEPPER_FILE: must be set with PostgreSQL, to the same secret on every server (make one with: openssl rand -hex 32)',
  )
}

function refuseUnknown(env: Readonly<Record<string, string | undefined>>): void {
  const known = Object.keys(variables.shape)
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('POSTERN_') && !known.includes(name) && !foreign.has(name),
  )
  if (unknown.length === 0) return
  throw new ConfigError(unknown.map((name) => `${name}: no such setting`).join('\n'))
}
