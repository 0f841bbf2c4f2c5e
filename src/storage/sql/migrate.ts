import { type Kysely, sql } from 'kysely'
import { failedPrecondition } from '../../domain/errors.js'
import { init } from './migrations/001-init.js'
import { leaseAndRetries } from './migrations/002-lease-and-retries.js'
import { auditByResource } from './migrations/003-audit-by-resource.js'
import { resources } from './migrations/004-resources.js'
import type { Schema } from './schema.js'
import { inTransaction } from './transaction.js'

export interface Migration {
  readonly version: number
  readonly name: string
  statements(words: DdlWords): readonly string[]
}

/** What the two engines spell differently, and what a statement may need from outside. */
export interface DdlWords {
  /** Compares bytes on both engines: without it, PostgreSQL would ask the machine's locale. */
  readonly text: string
  /** 64 bits. */
  readonly integer: string
  /** Ends every `create table`. */
  readonly table: string
  /** Ends the one of a row that every write updates. */
  readonly hotRow: string
  /** 16 hex digits. */
  randomHex(): string
}

export interface MigratingDeps {
  readonly db: Kysely<Schema>
  readonly words: DdlWords
  readonly nowMs: number
  /** Begins a transaction during which no other server migrates. */
  readonly begin: readonly string[]
}

const migrations: readonly Migration[] = [init, leaseAndRetries, auditByResource, resources]

/**
 * Brings the schema up to date, one transaction for each migration. Servers that start together
 * wait for each other. Throws `failed-precondition` when a newer Postern was here.
 */
export async function migrate(deps: MigratingDeps): Promise<void> {
  await inTransaction(deps.db, { begin: deps.begin }, async (db) => {
    await createBookkeeping(db, deps.words)
    await refuseNewer(db)
  })
  for (const migration of migrations) {
    await inTransaction(deps.db, { begin: deps.begin }, (db) => apply(db, migration, deps))
  }
}

async function createBookkeeping(db: Kysely<Schema>, words: DdlWords): Promise<void> {
  const { text, integer, table } = words
  const statement = `create table if not exists schema_migrations (
    version ${integer} not null primary key, name ${text} not null,
    applied_at_ms ${integer} not null
  ) ${table}`
  await sql.raw(statement).execute(db)
}

async function refuseNewer(db: Kysely<Schema>): Promise<void> {
  const newest = await db
    .selectFrom('schema_migrations')
    .select(['version', 'name'])
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!newest || migrations.some((known) => known.version === newest.version)) return
  throw failedPrecondition(
    'SCHEMA_TOO_NEW',
    `the store has schema ${newest.version} (\`${newest.name}\`) of a newer Postern; this one ` +
      `knows up to ${migrations.length}`,
  )
}

async function apply(
  db: Kysely<Schema>,
  migration: Migration,
  { words, nowMs }: MigratingDeps,
): Promise<void> {
  const { version, name } = migration
  const applied = await db
    .selectFrom('schema_migrations')
    .select('version')
    .where('version', '=', version)
    .executeTakeFirst()
  if (applied) return
  for (const statement of migration.statements(words)) await sql.raw(statement).execute(db)
  await db.insertInto('schema_migrations').values({ version, name, applied_at_ms: nowMs }).execute()
}
