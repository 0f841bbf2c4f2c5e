import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { findBuiltinPermissionSet } from './catalog/builtin.js'
import { ConfigError, type DatabaseUrl, parseDatabaseUrl } from './config.js'
import { compileCondition } from './domain/condition/compile.js'
import { failedPrecondition } from './domain/errors.js'
import { schedule } from './schedule.js'
import type { Store } from './service/ports/store.js'
import type { StoreUpkeep } from './service/ports/upkeep.js'
import { type RenewedEpoch, renewEpoch } from './service/renew-epoch.js'
import { openPostgresStore } from './storage/sql/postgres.js'
import { openSqliteStore } from './storage/sql/sqlite.js'
import { systemClock } from './system-clock.js'
import { createTurns } from './turns.js'

/** Opens the store that `POSTERN_DATABASE_URL` names, by itself. Throws `DomainError`. */
export async function newEpoch(env: NodeJS.ProcessEnv): Promise<RenewedEpoch> {
  const store = await openStore(readUrl(env))
  try {
    return await renewEpoch(store, Date.now)
  } finally {
    await store.close()
  }
}

function readUrl({ POSTERN_DATABASE_URL }: NodeJS.ProcessEnv): DatabaseUrl {
  try {
    return parseDatabaseUrl(POSTERN_DATABASE_URL)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw failedPrecondition('MISCONFIGURED', error.message)
  }
}

async function openStore(database: DatabaseUrl): Promise<Store & StoreUpkeep> {
  const deps = {
    findBuiltin: findBuiltinPermissionSet,
    monotonicMs: systemClock.monotonicMs,
    nextTurn: createTurns(),
    compileCondition,
    randomBytes,
    now: Date.now,
  }
  if (database.engine === 'postgres') {
    const { url } = database
    const feed = { feedTimeoutMs: 1_000, lease: 'off', random: Math.random, schedule } as const
    return openPostgresStore({ url, ...feed, ...deps })
  }
  const { path } = database
  // Opening would make it.
  if (existsSync(path)) return openSqliteStore({ path, ...deps })
  throw failedPrecondition('STORE_MISSING', `POSTERN_DATABASE_URL: there is no \`${path}\``)
}
