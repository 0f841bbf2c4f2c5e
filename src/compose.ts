import { randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { type CacheDeps, type OpenCache, openCache } from './cache/open-cache.js'
import { builtinPermissionSets, findBuiltinPermissionSet } from './catalog/builtin.js'
import { Closers } from './closers.js'
import type { CacheConfig, Config, HostAndPort } from './config.js'
import { readTls, toServerCredentials } from './credentials.js'
import { compileCondition } from './domain/condition/compile.js'
import { rememberConditions } from './domain/condition/remember.js'
import { createGrpcServer, type GrpcServer } from './grpc/server.js'
import { createHttpServer, type HttpServer } from './http/server.js'
import { createOwnerKeyFile, printedOwnerKey } from './owner-key-file.js'
import { readPepper } from './pepper.js'
import { readRedisSettings } from './redis-settings.js'
import type { Tools } from './service/act.js'
import { createAdministration } from './service/administration.js'
import { createAuthorizer } from './service/authorize.js'
import { type BootstrapDeps, bootstrap } from './service/bootstrap.js'
import { createEnroll } from './service/enrollment.js'
import type { Founded } from './service/found-organization.js'
import type { Store } from './service/ports.js'
import type { Readiness } from './service/readiness.js'
import { createSecretHash, deriveKey } from './service/secret-hash.js'
import type { FreshnessStatistics } from './service/statistics.js'
import { StartError } from './start-error.js'
import { openPostgresStore } from './storage/sql/postgres.js'
import { openSqliteStore } from './storage/sql/sqlite.js'
import { systemClock } from './system-clock.js'
import type { Logger } from './telemetry/log.js'
import { createMetrics } from './telemetry/metrics.js'
import { packageVersion } from './version.js'

/** A running server. */
export interface System {
  /** Where it listens, with the port that was chosen. */
  readonly address: string
  /** The first organization, when this start made it. */
  readonly founded: Founded | undefined
  /** Where it listens for HTTP, if it does. */
  readonly httpAddress: string | undefined
  readonly store: Store
  statistics(): FreshnessStatistics
  readiness(): Readiness
  /** Lets calls under way end, then closes everything in the reverse of opening it. */
  close(): Promise<void>
}

/** What a test may set: time. Milliseconds since the epoch. */
export interface Surroundings {
  now(): number
}

export async function openSystem(
  config: Config,
  log: Logger,
  { now }: Surroundings = { now: Date.now },
): Promise<System> {
  const pepper = readPepper(config.pepper)
  const tools: Tools = {
    newId: uuidv7,
    randomBytes,
    hashSecret: createSecretHash(pepper),
    compileCondition: rememberConditions(compileCondition),
    findBuiltin: findBuiltinPermissionSet,
    builtinPermissionSets,
  }
  const tls = config.tls && readTls(config.tls)
  const opened = new Closers()
  try {
    const truth = await openStore(config, tools, now)
    opened.add(() => truth.close())
    const macKey = deriveKey(pepper, 'shared cache')
    const cache = openCacheOf(config.cache, { ...tools, store: truth, macKey, log })
    opened.add(async () => cache.close())
    const { store, entities } = cache
    const onBug = (error: unknown, path: string) =>
      log.error({ err: error, path }, 'a call failed on a bug')
    const server = createGrpcServer({
      administration: createAdministration({ store, tools, now }),
      authorizer: createAuthorizer({ ...tools, ...systemClock, entities, now }),
      authorizePeers: config.authorizePeers,
      enroll: createEnroll({ store, tools, now }),
      onBug,
    })
    opened.add(() => server.close(config.shutdownGraceMs))
    const address = await listening('POSTERN_LISTEN', config.listen, () =>
      server.listen(config.listen, toServerCredentials(tls)),
    )
    const metrics = createMetrics({ ...cache, version: packageVersion() })
    const http = createHttpServer({ ...cache, ...(tls && { tls }), metrics: metrics.read, onBug })
    opened.add(() => http.close())
    const httpAddress = await listenHttp(http, config.httpListen)
    const founded = await foundIn({ store, tools, now }, config.bootstrap)
    cache.start()
    opened.add(reportHealth(server, cache))
    const { statistics, readiness } = cache
    return {
      address,
      httpAddress,
      founded,
      store,
      statistics,
      readiness,
      close: () => opened.close(),
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

function openCacheOf(config: CacheConfig, deps: CacheParts): OpenCache {
  const { redis, ...settings } = config
  return openCache(
    { ...settings, ...(redis && { redis: readRedisSettings(redis) }) },
    {
      ...deps,
      clock: systemClock,
      random: Math.random,
      onTrouble(part, error) {
        if (error) deps.log.warn({ err: error, part }, 'works less well than it should')
        else deps.log.info({ part }, 'works again')
      },
    },
  )
}

interface CacheParts extends Omit<CacheDeps, 'clock' | 'random' | 'onTrouble'> {
  readonly log: Logger
}

async function listenHttp(http: HttpServer, at: HostAndPort | undefined) {
  if (!at) return undefined
  const named = `${at.host}:${at.port}`
  return listening('POSTERN_HTTP_LISTEN', named, () => http.listen(at.host, at.port))
}

/** Tells health checks over gRPC what `/readyz` tells; answers how to stop. */
function reportHealth(server: GrpcServer, { readiness }: OpenCache): () => Promise<void> {
  const timer = setInterval(() => server.setServing(readiness().ready), healthEveryMs)
  return async () => clearInterval(timer)
}

const healthEveryMs = 250

/** Answers what `open` does; names the variable when it cannot be listened there. */
async function listening(variable: string, address: string, open: () => Promise<string>) {
  try {
    return await open()
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    // The library puts what went wrong in brackets, after words about itself.
    const why = /\[(.+)\]$/.exec(cause.message)?.[1] ?? cause.message
    throw new StartError(`${variable}: \`${address}\` cannot be listened on (${why})`, { cause })
  }
}

/**
 * Once everything else has worked: a first key that was made and then not shown, because the port
 * was taken, would be lost.
 */
function foundIn(
  deps: Omit<BootstrapDeps, 'keeper'>,
  { ownerKeyFile, ...input }: Config['bootstrap'],
): Promise<Founded | undefined> {
  const keeper = ownerKeyFile ? createOwnerKeyFile(ownerKeyFile) : printedOwnerKey
  return bootstrap({ ...deps, keeper }, input)
}

function openStore({ databaseUrl }: Config, tools: Tools, now: () => number): Promise<Store> {
  const deps = { ...tools, now }
  return databaseUrl.engine === 'postgres'
    ? openPostgresStore({ url: databaseUrl.url, ...deps })
    : openSqliteStore({ path: databaseUrl.path, ...deps })
}
