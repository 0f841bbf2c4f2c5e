import type { CompileCondition } from '../domain/condition/condition.js'
import type { PermissionSet } from '../domain/permission-set.js'
import type { ChangeSource } from '../service/change-source.js'
import type { EntitySource } from '../service/entities.js'
import type { Store } from '../service/ports/store.js'
import type { Readiness } from '../service/readiness.js'
import type { FreshnessStatistics } from '../service/statistics.js'
import { Breaker } from './breaker.js'
import { CachedEntities } from './cached-entities.js'
import { ChangeBroadcast } from './change-broadcast.js'
import type { ChangeFeed } from './change-feed.js'
import type { Clock } from './clock.js'
import { createEntityCodec } from './codec.js'
import type { SharedTier } from './entity-loader.js'
import { FollowedStore } from './followed-store.js'
import { HintedReading } from './hints.js'
import { createSharedKeys } from './keys.js'
import { startPolling } from './polling.js'
import { RedisCache } from './redis-cache.js'
import {
  connectForCommands,
  connectForHints,
  type RedisConnection,
  type RedisSettings,
} from './redis-connection.js'
import { RedisHints } from './redis-hints.js'
import { Sealer } from './sealed-entry.js'
import { Trouble } from './trouble.js'

export interface CacheSettings {
  /** Nothing older is ever answered. */
  readonly stalenessBoundMs: number
  /** How often the store's log is read for changes. */
  readonly feedIntervalMs: number
  /** How many entities are held in memory, and how many bytes they may take. */
  readonly entriesMax: number
  readonly bytesMax: number
  /** How long a question may wait for what memory lacks. */
  readonly waitMs: number
  readonly redis?: RedisSettings
}

export interface CacheDeps {
  readonly store: Store
  readonly clock: Clock
  /** From 0 to 1. */
  random(): number
  readonly compileCondition: CompileCondition
  readonly builtinPermissionSets: readonly PermissionSet[]
  /** Known to the servers of this store alone. */
  readonly macKey: Uint8Array
  /** Called for each revision that is followed, with when it was written by its writer's clock. */
  onApplied(atMs: number): void
  /** Called with what is wrong, once, and with `undefined` when it is over. */
  onTrouble(part: TroublePart, error: Error | undefined): void
}

export type TroublePart =
  | 'change log'
  | 'Redis, reading'
  | 'Redis, writing'
  | 'Redis, hints'
  | 'Redis, contents'

/** Everything between decisions and the store. */
export interface OpenCache {
  readonly entities: EntitySource
  /** The store, whose writes here are known here before they are acknowledged. */
  readonly store: Store
  /** What was followed of the log, for who is to be told. */
  readonly changes: ChangeSource
  statistics(): FreshnessStatistics
  readiness(): Readiness
  /** Begins to follow the log. */
  start(): void
  close(): void
}

/** Bounds that nobody has needed to set: what they cost and save is in the manual. */
const limits = {
  absentMax: 20_000,
  windowKeysMax: 200_000,
  loadsMax: 8,
  waitingLoadsMax: 256,
  pageRowsMax: 1_000,
} as const

/** Revisions that a new process reads back, to be able to judge what the others shared. */
const preloadRows = 10_000

export function openCache(settings: CacheSettings, deps: CacheDeps): OpenCache {
  const { store, clock, random } = deps
  const redis = settings.redis && openRedis(settings.redis, deps)
  const broadcast = new ChangeBroadcast()
  const entities = new CachedEntities({
    store,
    clock,
    onApplied: deps.onApplied,
    onMoved: (row) => broadcast.moved(row),
    ...(redis && { shared: redis.tier }),
    options: {
      ...limits,
      boundMs: settings.stalenessBoundMs,
      entriesMax: settings.entriesMax,
      bytesMax: settings.bytesMax,
      waitMs: settings.waitMs,
      readTimeoutMs: Math.min(1_000, settings.stalenessBoundMs / 4),
      preloadRows: redis ? preloadRows : 0,
    },
  })
  const { feed } = entities
  const reading = new HintedReading({ feed, clock })
  redis?.hints.onHint((hint) => reading.heard(hint))
  const stopHints = store.onHint(() => reading.heard())
  const onLogTrouble = (error: Error | undefined) => deps.onTrouble('change log', error)
  const logTrouble = new Trouble({ clock, report: onLogTrouble })
  let stopPolling = () => {}
  return {
    entities,
    changes: createChangeSource(feed, broadcast),
    store: new FollowedStore({
      store,
      feed,
      clock,
      boundMs: settings.stalenessBoundMs,
      ...(redis && { hints: redis.hints }),
    }),
    statistics: () => entities.statistics(),
    readiness() {
      const ready = feed.ageMs <= settings.stalenessBoundMs
      const why = `change log: ${logTrouble.current ?? 'not read yet'}`
      const degradations = redis?.degradations() ?? []
      if (!ready) return { ready, reasons: [why], degradations }
      const hidden = logTrouble.current === undefined ? [] : [why]
      return { ready, reasons: [], degradations: [...hidden, ...degradations] }
    },
    start() {
      const intervalMs = settings.feedIntervalMs
      stopPolling = startPolling({ feed, clock, intervalMs, random, trouble: logTrouble })
    },
    close() {
      stopPolling()
      stopHints()
      redis?.close()
    },
  }
}

function createChangeSource(
  feed: Pick<ChangeFeed, 'applied' | 'ageMs'>,
  broadcast: ChangeBroadcast,
): ChangeSource {
  return {
    get applied() {
      return feed.applied
    },
    get ageMs() {
      return feed.ageMs
    },
    subscribe: (listener) => broadcast.subscribe(listener),
  }
}

interface OpenRedis {
  readonly tier: SharedTier
  readonly hints: RedisHints
  degradations(): readonly string[]
  close(): void
}

function openRedis(settings: RedisSettings, deps: CacheDeps): OpenRedis {
  const { clock, random, onTrouble } = deps
  const watch = (part: TroublePart) =>
    new Trouble({ clock, report: (error) => onTrouble(part, error) })
  const troubles = {
    'Redis, reading': watch('Redis, reading'),
    'Redis, writing': watch('Redis, writing'),
    'Redis, hints': watch('Redis, hints'),
    'Redis, contents': watch('Redis, contents'),
  }
  const commands = connectForCommands(settings)
  const subscription = connectForHints(settings)
  const cache = new RedisCache({
    connection: commands,
    breaker: new Breaker({ clock, random }),
    reading: troubles['Redis, reading'],
    writing: troubles['Redis, writing'],
  })
  return {
    tier: {
      cache,
      keys: createSharedKeys(deps.builtinPermissionSets),
      sealer: new Sealer(deps.macKey),
      codec: createEntityCodec(deps.compileCondition),
      random,
      onEntry: (isGenuine) => judge(troubles['Redis, contents'], isGenuine),
    },
    hints: new RedisHints({ commands, subscription, trouble: troubles['Redis, hints'] }),
    degradations: () =>
      Object.entries(troubles).flatMap(([part, { current }]) =>
        current === undefined ? [] : [`${part}: ${current}`],
      ),
    close: () => disconnect([commands, subscription]),
  }
}

function judge(contents: Trouble, isGenuine: boolean): void {
  if (isGenuine) contents.over()
  else contents.met(new Error('entries that no server of this store wrote: somebody edits it'))
}

function disconnect(connections: readonly RedisConnection[]): void {
  for (const connection of connections) connection.disconnect()
}
