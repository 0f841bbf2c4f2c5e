import { randomBytes } from 'node:crypto'
import type { ServerCredentials } from '@grpc/grpc-js'
import { uuidv7 } from 'uuidv7'
import { CachedEntities } from './cache/cached-entities.js'
import { FollowedStore } from './cache/followed-store.js'
import { startPolling } from './cache/polling.js'
import { builtinPermissionSets, findBuiltinPermissionSet } from './catalog/builtin.js'
import type { CacheConfig, Config } from './config.js'
import { readCredentials } from './credentials.js'
import { compileCondition } from './domain/condition/compile.js'
import { rememberConditions } from './domain/condition/remember.js'
import type { Effectiveness } from './grpc/effective.js'
import { createGrpcServer, type GrpcServer } from './grpc/server.js'
import { writeOwnerKey } from './owner-key-file.js'
import { readPepper } from './pepper.js'
import { schedule } from './schedule.js'
import type { Tools } from './service/act.js'
import { createAdministration } from './service/administration.js'
import { createAuthorizer } from './service/authorize.js'
import { type BootstrapDeps, bootstrap } from './service/bootstrap.js'
import { createEnroll } from './service/enrollment.js'
import type { Founded } from './service/found-organization.js'
import type { Store, StoreUpkeep } from './service/ports.js'
import { createReplySeal } from './service/reply-seal.js'
import { createRetries, repliesKeptMs } from './service/retry.js'
import { startRepeating } from './service/schedule.js'
import { createSecretHash } from './service/secret-hash.js'
import { trimOld } from './service/trimming.js'
import { StartError } from './start-error.js'
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
  const pepper = readPepper(config.pepper)
  const tools: Tools = {
    newId: uuidv7,
    randomBytes,
    hashSecret: createSecretHash(pepper),
    compileCondition: rememberConditions(compileCondition),
    findBuiltin: findBuiltinPermissionSet,
    builtinPermissionSets,
  }
  const seal = createReplySeal({ pepper, randomBytes })
  const retries = createRetries(seal)
  const serverCredentials = readCredentials(config.tls)
  const truth = await openStore(config, tools, now)
  const entities = openCache(config.cache, truth)
  const store = new FollowedStore(truth, entities.feed)
  try {
    const administration = createAdministration({ store, tools, retries, now })
    const server = createGrpcServer({
      administration,
      authorizer: createAuthorizer({ entities, hashSecret: tools.hashSecret, now }),
      authorizePeers: config.authorizePeers,
      enroll: createEnroll({ store, tools, retries, now }),
      effectiveness: createEffectiveness(config.cache),
      onBug: (error, path) => log.error({ err: error, path }, 'a call failed on a bug'),
    })
    const address = await listen(server, config.listen, serverCredentials)
    const founded = await foundOrStop(server, { store, tools, now }, config.bootstrap)
    const stopPolling = startPolling({
      feed: entities.feed,
      intervalMs: config.cache.feedIntervalMs,
      random: Math.random,
      onTrouble: (error) =>
        error === undefined
          ? log.info('the change log is followed again')
          : log.warn({ err: error }, 'the change log cannot be read'),
    })
    const stopTrimming = startTrimming(truth, config.store.changeLogRetentionMs, { now, log })
    const close = async () => {
      await server.close(config.shutdownGraceMs)
      stopPolling()
      stopTrimming()
      await store.close()
    }
    return { address, founded, store, close }
  } catch (error) {
    await store.close()
    throw error
  }
}

/** Deadlines are instants of the real clock. */
function createEffectiveness({ stalenessBoundMs }: CacheConfig): Effectiveness {
  const wait = (ms: number) => new Promise<void>((resolve) => void schedule(ms, resolve))
  return { stalenessBoundMs, now: Date.now, wait }
}

function startTrimming(
  store: StoreUpkeep,
  changesMs: number,
  { now, log }: Surroundings & { readonly log: Logger },
): () => void {
  return startRepeating({
    // Not while a server starts, and not at the same time as its likes.
    firstMs: 5 * 60_000,
    everyMs: 3_600_000,
    random: Math.random,
    schedule,
    work: () => trimOld({ store, changesMs, repliesMs: repliesKeptMs, now }),
    onTrouble: (error) =>
      error === undefined
        ? log.info('old rows of the store are deleted again')
        : log.warn({ err: error }, 'old rows of the store cannot be deleted'),
  })
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

async function listen(
  server: GrpcServer,
  address: string,
  credentials: ServerCredentials,
): Promise<string> {
  try {
    return await server.listen(address, credentials)
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error))
    // The library puts what went wrong in brackets, after words about itself.
    const why = /\[(.+)\]$/.exec(cause.message)?.[1] ?? cause.message
    throw new StartError(`POSTERN_LISTEN: \`${address}\` cannot be listened on (${why})`, { cause })
  }
}

/**
 * Once everything else has worked: a first key that was made and then not shown, because the port
 * was taken, would be lost.
 */
async function foundOrStop(
  server: GrpcServer,
  deps: Omit<BootstrapDeps, 'keep'>,
  { ownerKeyFile, ...input }: Config['bootstrap'],
): Promise<Founded | undefined> {
  const keep: BootstrapDeps['keep'] = ({ ownerKey }) => {
    if (ownerKeyFile) writeOwnerKey(ownerKeyFile, ownerKey.secret)
  }
  try {
    return await bootstrap({ ...deps, keep }, input)
  } catch (error) {
    await server.close(0)
    throw error
  }
}

function openStore(
  { databaseUrl, store, cache }: Config,
  tools: Tools,
  now: () => number,
): Promise<Store & StoreUpkeep> {
  const deps = { ...tools, now }
  if (databaseUrl.engine === 'sqlite') return openSqliteStore({ path: databaseUrl.path, ...deps })
  // Several readings fit into the bound: one that is late or lost refuses nothing yet.
  const feedTimeoutMs = Math.min(1_000, Math.floor(cache.stalenessBoundMs / 4))
  const { url } = databaseUrl
  const { lease } = store
  return openPostgresStore({ url, feedTimeoutMs, lease, random: Math.random, schedule, ...deps })
}
