import { type Kysely, sql } from 'kysely'
import { failedPrecondition } from '../../domain/errors.js'
import type { Schema } from './schema.js'

const versionMin = 15

/** What matters of the server for as long as the store is open. */
export interface ServerStanding {
  /** Commits wait for standbys, one of which may take over. */
  readonly hasStandbys: boolean
}

interface ServerSettings {
  readonly version: string
  readonly fsync: string
  readonly synchronous_commit: string
  readonly standby: boolean
  readonly has_standbys: boolean
}

/** Throws when the server could lose a write that was acknowledged, or is too old. */
export async function checkServer(db: Kysely<Schema>): Promise<ServerStanding> {
  const { rows } = await sql<ServerSettings>`
    select current_setting('server_version_num') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit,
      pg_is_in_recovery() as standby,
      current_setting('synchronous_standby_names') <> '' as has_standbys`.execute(db)
  const [settings] = rows
  if (!settings) throw new Error('PostgreSQL did not tell its settings')
  const major = Math.floor(Number(settings.version) / 10_000)
  if (major < versionMin) {
    throw failedPrecondition(
      'STORE_TOO_OLD',
      `PostgreSQL ${versionMin} or newer is needed; this is ${major}`,
    )
  }
  const flaw = findFlaw(settings)
  if (flaw !== undefined) throw failedPrecondition('STORE_UNSAFE', `PostgreSQL ${flaw}`)
  return { hasStandbys: settings.has_standbys }
}

function findFlaw(settings: ServerSettings): string | undefined {
  if (settings.standby) return 'is a standby: it cannot be written, and what it reads is late'
  if (settings.fsync === 'off') return 'runs with fsync=off: it would lose acknowledged writes'
  const commit = settings.synchronous_commit
  if (commit !== 'off' && commit !== 'local') return undefined
  return `runs with synchronous_commit=${commit}: it would lose acknowledged writes`
}
