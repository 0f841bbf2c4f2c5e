import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ServerCredentials } from '@grpc/grpc-js'
import { uuidv7 } from 'uuidv7'
import { CachedEntities } from './cache/cached-entities.js'
import { FollowedStore } from './cache/followed-store.js'
import { startPolling } from './cache/polling.js'
import { builtinPermissionSets, findBuiltinPermissionSet } from './catalog/builtin.js'
import type { CacheConfig, Config, TlsFiles } from './config.js'
import { compileCondition } from './domain/condition/compile.js'
import { rememberConditions } from './domain/condition/remember.js'
import { createGrpcServer } from './grpc/server.js'
import { readPepper } from './pepper.js'
import type { Tools } from './service/act.js'
import { createAdministration } from './service/administration.js'
import { createAuthorizer } from './service/authorize.js'
import { bootstrap } from './service/bootstrap.js'
import { createEnroll } from './service/enrollment.js'
import type { Founded } from './service/found-organization.js'
import type { Store } from './service/ports.js'
import { createSecretHash } from './service/secret-hash.js'
import { openPostgresStore } from './storage/sql/postgres.js'
import { openSqliteStore } from './storage/sql/sqlite.js'
import type { Logger } from './telemetry/log.js'

/** A running server. */
export interface System {
  /** Where it listens, with the port that was chosen. */
  readonly address: string
  /** The first organization, when this start made it. */
  readonly founded: Founded | undefined
  readonly store: Store
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
  const tools: Tools = {
    newId: uuidv7,
    randomBytes,
    hashSecret: createSecretHash(readPepper(config.pepper)),
    compileCondition: rememberConditions(compileCondition),
    findBuiltin: findBuiltinPermissionSet,
    builtinPermissionSets,
  }
  const truth = await openStore(config, tools, now)
  const entities = openCache(config.cache, truth)
  const store = new FollowedStore(truth, entities.feed)
  try {
    const founded = await bootstrap({ store, tools, now }, config.bootstrap)
    const administration = createAdministration({ store, tools, now })
    const server = createGrpcServer({
      administration,
      authorizer: createAuthorizer({ entities, hashSecret: tools.hashSecret, now }),
      authorizePeers: config.authorizePeers,
      enroll: createEnroll({ store, tools, now }),
      onBug: (error, path) => log.error({ err: error, path }, 'a call failed on a bug'),
    })
    const address = await server.listen(config.listen, credentials(config.tls))
    const stopPolling = startPolling({
      feed: entities.feed,
      intervalMs: config.cache.feedIntervalMs,
      random: Math.random,
      onTrouble: (error) =>
        error === undefined
          ? log.info('the change log is followed again')
          : log.warn({ err: error }, 'the change log cannot be read'),
    })
    const close = async () => {
      await server.close(config.shutdownGraceMs)
      stopPolling()
      await store.close()
    }
    return { address, founded, store, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Bounds that nobody has needed to set: what they cost and save is in the manual. */
const cacheLimits = {
  absentMax: 20_000,
  windowKeysMax: 200_000,
  loadsMax: 8,
  waitingLoadsMax: 256,
} as const

function openCache({ stalenessBoundMs, entriesMax }: CacheConfig, store: Store): CachedEntities {
  const clock = { monotonicMs: () => performance.now(), wallMs: Date.now }
  const options = { ...cacheLimits, boundMs: stalenessBoundMs, entriesMax }
  return new CachedEntities({ store, clock, options })
}

function openStore({ databaseUrl }: Config, tools: Tools, now: () => number): Promise<Store> {
  const deps = { ...tools, now }
  return databaseUrl.engine === 'postgres'
    ? openPostgresStore({ url: databaseUrl.url, ...deps })
    : openSqliteStore({ path: databaseUrl.path, ...deps })
}

function credentials(tls: TlsFiles | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure()
  const pair = {
    cert_chain: readFileSync(tls.certFile),
    private_key: readFileSync(tls.keyFile),
  }
  const ca = tls.clientCaFile ? readFileSync(tls.clientCaFile) : null
  return ServerCredentials.createSsl(ca, [pair], ca !== null)
}
