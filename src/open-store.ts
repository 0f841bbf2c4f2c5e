import type { Config, StoreConfig } from './config.js'
import { createOwnerKeyFile, printedOwnerKey } from './owner-key-file.js'
import { schedule } from './schedule.js'
import type { Tools } from './service/act.js'
import { type BootstrapDeps, bootstrap } from './service/bootstrap.js'
import type { Founded } from './service/found-organization.js'
import type { Store } from './service/ports/store.js'
import type { StoreUpkeep } from './service/ports/upkeep.js'
import { repliesKeptMs } from './service/retry.js'
import { startRepeating } from './service/schedule.js'
import { trimOld } from './service/trimming.js'
import { openPostgresStore } from './storage/sql/postgres.js'
import { openSqliteStore } from './storage/sql/sqlite.js'
import type { Logger } from './telemetry/log.js'

export function openStore(
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

/**
 * Once everything else has worked: a first key that was made and then not shown, because the port
 * was taken, would be lost.
 */
export function foundIn(
  deps: Omit<BootstrapDeps, 'keeper'>,
  { ownerKeyFile, ...input }: Config['bootstrap'],
): Promise<Founded | undefined> {
  const keeper = ownerKeyFile ? createOwnerKeyFile(ownerKeyFile) : printedOwnerKey
  return bootstrap({ ...deps, keeper }, input)
}

/** Answers how to stop. */
export function startTrimming(
  store: StoreUpkeep,
  { changeLogRetentionMs: changesMs }: StoreConfig,
  { now, log }: { now(): number; readonly log: Logger },
): () => Promise<void> {
  const stop = startRepeating({
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
  return async () => stop()
}
