import { z } from 'zod'

/** Everything that can be set, read from environment variables, with every default and bound. */
export interface Config {
  readonly databaseUrl: DatabaseUrl
  /** `host:port` or `unix:/path`. */
  readonly listen: string
  readonly tls?: TlsFiles
  readonly authorizePeers: 'loopback' | 'anyone'
  readonly pepper: PepperSource
  readonly bootstrap: BootstrapConfig
  readonly cache: CacheConfig
  readonly store: StoreConfig
  readonly shutdownGraceMs: number
  readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug'
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

export interface CacheConfig {
  /** Nothing older is ever answered. */
  readonly stalenessBoundMs: number
  /** How often the store's log is read for changes. */
  readonly feedIntervalMs: number
  /** How many entities are held in memory. */
  readonly entriesMax: number
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

const boolean = z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'must be a duration with its unit, such as 10s')
  .transform(toMs)

const variables = z.object({
  POSTERN_DATABASE_URL: z.string().optional(),
  POSTERN_LISTEN: z
    .string()
    .regex(/^(unix:.+|\[?[^\s]+\]?:\d{1,5})$/, 'must be host:port or unix:/path')
    .default('127.0.0.1:50051'),
  POSTERN_TLS_CERT_FILE: z.string().optional(),
  POSTERN_TLS_KEY_FILE: z.string().optional(),
  POSTERN_TLS_CLIENT_CA_FILE: z.string().optional(),
  POSTERN_INSECURE: boolean.default(false),
  POSTERN_AUTHORIZE_PEERS: z.enum(['loopback', 'anyone']).default('loopback'),
  POSTERN_PEPPER: z.string().min(32, 'must be at least 32 characters').optional(),
  POSTERN_PEPPER_FILE: z.string().optional(),
  POSTERN_ORGANIZATION_NAME: z.string().default('My organization'),
  POSTERN_ORGANIZATION_ID: z.string().default(''),
  POSTERN_OWNER_EMAIL: z.string().default('owner@postern.internal'),
  POSTERN_OWNER_KEY_FILE: z.string().optional(),
  POSTERN_STALENESS_BOUND: duration
    .refine((ms) => ms >= 1_000 && ms <= 300_000, 'must be from 1s to 300s')
    .default(5_000),
  POSTERN_FEED_INTERVAL: duration
    .refine((ms) => ms >= 10 && ms <= 10_000, 'must be from 10ms to 10s')
    .default(200),
  POSTERN_CACHE_ENTRIES: z.coerce
    .number()
    .int()
    .min(100, 'must be from 100 to 250000')
    .max(250_000, 'must be from 100 to 250000')
    .default(100_000),
  POSTERN_STORE_LEASE: z.enum(['on', 'off', 'auto']).default('auto'),
  POSTERN_CHANGE_LOG_RETENTION: duration
    .refine((ms) => ms >= 3_600_000, 'must be at least 1h')
    .default(24 * 3_600_000),
  POSTERN_SHUTDOWN_GRACE: duration.default(10_000),
  POSTERN_LOG_LEVEL: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
})

type Variables = z.infer<typeof variables>

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
    shutdownGraceMs: set.POSTERN_SHUTDOWN_GRACE,
    logLevel: set.POSTERN_LOG_LEVEL,
  }
}

/** A bound that a few missed readings exceed would refuse questions for nothing. */
function parseCache(set: Variables): CacheConfig {
  const { POSTERN_STALENESS_BOUND: bound, POSTERN_FEED_INTERVAL: interval } = set
  if (bound < 4 * interval) {
    throw new ConfigError('POSTERN_STALENESS_BOUND: must be at least 4 times POSTERN_FEED_INTERVAL')
  }
  return {
    stalenessBoundMs: bound,
    feedIntervalMs: interval,
    entriesMax: set.POSTERN_CACHE_ENTRIES,
  }
}

/** Whoever can open a socket in the file system is on this machine: its permissions say who. */
function parseAuthorizePeers(set: Variables): Config['authorizePeers'] {
  return set.POSTERN_LISTEN.startsWith('unix:') ? 'anyone' : set.POSTERN_AUTHORIZE_PEERS
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
  const isLocal = /^(unix:|127\.|localhost:|\[::1\]:)/.test(set.POSTERN_LISTEN)
  if (isLocal || tls || set.POSTERN_INSECURE) return
  throw new ConfigError(
    'POSTERN_LISTEN: beyond loopback needs POSTERN_TLS_CERT_FILE and POSTERN_TLS_KEY_FILE, or POSTERN_INSECURE=true',
  )
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

function toMs(text: string): number {
  const amount = Number.parseInt(text, 10)
  if (text.endsWith('ms')) return amount
  if (text.endsWith('h')) return amount * 3_600_000
  return text.endsWith('m') ? amount * 60_000 : amount * 1_000
}
