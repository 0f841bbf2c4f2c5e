import { randomBytes } from 'node:crypto'
import { uuidv7 } from 'uuidv7'
import { builtinPermissionSets, findBuiltinPermissionSet } from './catalog/builtin.js'
import { allClosed, Closers } from './closers.js'
import type { Config } from './config.js'
import { readTls } from './credentials.js'
import { compileCondition } from './domain/condition/compile.js'
import { rememberConditions } from './domain/condition/remember.js'
import { createGrpcServer } from './grpc/server.js'
import { createHttpServer } from './http/server.js'
import { type CacheParts, openCacheOf } from './open-cache.js'
import { createEffectiveness, listenHttp, listening, reportHealth } from './open-faces.js'
import { foundIn, openStore, startTrimming } from './open-store.js'
import { readPepper } from './pepper.js'
import { readRoutes } from './routes-file.js'
import { schedule } from './schedule.js'
import type { Tools } from './service/act.js'
import { boundActs, createBound } from './service/act-bound.js'
import { createAdministration } from './service/administration.js'
import { createAskRequirements } from './service/ask-permission.js'
import { createPrincipalAuthorizer } from './service/ask-principals.js'
import { createAuthorizer } from './service/authorize.js'
import { createEnroll, type Enroll } from './service/enrollment.js'
import type { Founded } from './service/found-organization.js'
import { createGate } from './service/gate.js'
import { limitLongActs } from './service/long-acts.js'
import { createPace, type PacerDeps } from './service/pacer.js'
import type { Store } from './service/ports/store.js'
import { withQuotas } from './service/quotas.js'
import type { Readiness } from './service/readiness.js'
import { RecentSecrets, secretsTurnMs } from './service/recent-secrets.js'
import { createReplySeal } from './service/reply-seal.js'
import { createRetries } from './service/retry.js'
import { createSecretHash, deriveKey } from './service/secret-hash.js'
import type { FreshnessStatistics } from './service/statistics.js'
import { createWatching } from './service/watch/watching.js'
import { systemClock } from './system-clock.js'
import type { Logger } from './telemetry/log.js'
import { createMetrics } from './telemetry/metrics.js'
import { createTurns } from './turns.js'
import { packageVersion } from './version.js'

/** A running server. */
export interface System {
  /** Where it listens, with the port that was chosen. */
  readonly address: string
  /** Where it listens for HTTP, if it does. */
  readonly httpAddress: string | undefined
  /** The first organization, when this start made it. */
  readonly founded: Founded | undefined
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
  surroundings: Surroundings = { now: Date.now },
): Promise<System> {
  const opened = new Closers()
  try {
    return await open(config, { log, ...surroundings, opened })
  } catch (error) {
    await opened.close()
    throw error
  }
}

interface Parts extends Surroundings {
  readonly log: Logger
  readonly opened: Closers
}

async function open(config: Config, { log, now, opened }: Parts): Promise<System> {
  const pepper = readPepper(config.pepper)
  const tools = createTools(pepper)
  const tls = config.tls && readTls(config.tls)
  const truth = await openStore(config, tools, now)
  opened.add(() => truth.close())
  const macKey = deriveKey(pepper, 'shared cache')
  const measured = openMeasured(config, { ...tools, store: truth, macKey, log, now })
  const { cache, metrics, secrets, authorizer, watching, pace } = measured
  opened.add(async () => cache.close())
  opened.add(startTurning(secrets))
  const { entities, statistics, readiness } = cache
  const acts = createActs(config, { store: cache.store, tools, pepper, now })
  const onBug = (error: unknown, path: string) =>
    log.error({ err: error, path }, 'a call failed on a bug')
  const { authorizePeers, shutdownGraceMs } = config
  const gate = createGate({ authorizer, routes: readRoutes(config.routesFile) })
  const { administration, longActs, enroll } = acts
  const asked = { administration, longActs, authorizer, gate, authorizePeers, onBug }
  const server = createGrpcServer({
    ...asked,
    ...{ watching, schedule, pace, enroll, secretTexts: secrets.texts },
    effectiveness: createEffectiveness(config.cache),
    wire: config.wire,
  })
  let serverClosed: Promise<void> | undefined
  const closeServer = () => {
    watching.close()
    serverClosed ??= server.close(shutdownGraceMs)
    return serverClosed
  }
  opened.add(closeServer)
  const address = await listening('POSTERN_LISTEN', config.listen, () =>
    server.listen(config.listen, tls),
  )
  const http = createHttpServer({
    ...asked,
    ...createAskRequirements(authorizer),
    principals: createPrincipalAuthorizer({ entities, secrets, now, pace }),
    readiness,
    quotas: config.quotas,
    metrics: metrics.read,
    ...(tls && { tls }),
    ...(config.publicUrl && { publicUrl: config.publicUrl }),
    version: packageVersion(),
  })
  // Together: a supervisor waits for one grace, and not for one after the other.
  opened.add(() => allClosed([http.close(shutdownGraceMs), closeServer()]))
  const httpAddress = await listenHttp(http, config.httpListen)
  const founded = await foundIn({ store: acts.store, tools, now }, config.bootstrap)
  cache.start()
  opened.add(reportHealth(server, readiness))
  opened.add(startTrimming(truth, config.store, { now, log }))
  const close = () => opened.close()
  return { address, httpAddress, founded, store: cache.store, statistics, readiness, close }
}

interface ActParts extends Surroundings {
  readonly store: Store
  readonly tools: Tools
  readonly pepper: string
}

/** All that administers, on a store that keeps the quotas. */
function createActs(config: Config, { pepper, tools, now, ...parts }: ActParts) {
  const store = withQuotas(parts.store, config.quotas)
  const retries = createRetries(createReplySeal({ pepper, randomBytes }))
  const deps = { store, tools, retries, now }
  const administration = createAdministration(deps)
  const bound = createBound(config.actsMax)
  const enroll = createEnroll(deps)
  return {
    store,
    administration: boundActs(administration, bound),
    // They have a bound of their own, and take no place of those that are quick.
    longActs: limitLongActs(administration),
    enroll: ((session, enrolling) => bound(() => enroll(session, enrolling))) satisfies Enroll,
  }
}

/** Answers how to stop. */
function startTurning(secrets: RecentSecrets): () => Promise<void> {
  const timer = setInterval(() => secrets.turn(), secretsTurnMs)
  timer.unref()
  return async () => clearInterval(timer)
}

/** Each tells of the other: what is measured, and when it changes. */
function openMeasured(config: Config, { now, ...parts }: MeasuredParts) {
  const metrics = createMetrics({
    statistics: () => cache.statistics(),
    readiness: () => cache.readiness(),
    watchers: () => watching.watchers,
    version: packageVersion(),
  })
  const onApplied = (atMs: number) => metrics.sawRevision(now() - atMs)
  const cache = openCacheOf(config.cache, { ...parts, onApplied })
  const { entities, changes } = cache
  const secrets = new RecentSecrets(parts.hashSecret)
  const pace = createPace(parts)
  const authorizer = createAuthorizer({ entities, secrets, now, pace })
  const watching = createWatching({ authorizer, changes, schedule })
  return { cache, metrics, secrets, authorizer, watching, pace }
}

type MeasuredParts = Omit<CacheParts, 'onApplied'> &
  Surroundings &
  PacerDeps &
  Pick<Tools, 'hashSecret'>

function createTools(pepper: string): Tools {
  return {
    newId: uuidv7,
    randomBytes,
    hashSecret: createSecretHash(pepper),
    compileCondition: rememberConditions(compileCondition),
    findBuiltin: findBuiltinPermissionSet,
    builtinPermissionSets,
    monotonicMs: systemClock.monotonicMs,
    nextTurn: createTurns(),
  }
}
