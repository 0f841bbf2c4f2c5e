import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Kysely, sql } from 'kysely'
import Database from 'libsql'
import { DomainError, failedPrecondition } from '../../domain/errors.js'
import { unavailable } from './errors.js'
import type { Schema } from './schema.js'

export interface FileLock {
  release(): void
}

/** `PSTN`: how `file` and we tell a Postern database from any other. */
const applicationId = 0x5053544e
/** How long a successor waits for a predecessor that is on its way out. */
const lockTimeoutMs = 250

/** Makes file and directory readable by their owner alone; answers the file's one true name. */
export function prepareFile(path: string): string {
  const absolute = resolve(path)
  try {
    mkdirSync(dirname(absolute), { recursive: true, mode: 0o700 })
    makePrivate(absolute)
    const file = realpathSync(absolute)
    makePrivate(lockPath(file))
    return file
  } catch (cause) {
    throw unavailable('STORE_UNREACHABLE', `cannot make or open \`${absolute}\``, cause)
  }
}

/**
 * Holds a lock that the kernel takes back when the process dies, however it dies. The lock is on a
 * file of its own, since the database itself must stay open to several connections.
 */
export function lockFile(file: string): FileLock {
  const lock = openFile(lockPath(file), lockTimeoutMs)
  try {
    lock.exec('begin exclusive')
  } catch (cause) {
    lock.close()
    if (!hasCode(cause, 'SQLITE_BUSY')) throw cause
    throw failedPrecondition('STORE_IN_USE', `\`${file}\` is in use by another Postern`)
  }
  return { release: () => void lock.close() }
}

export function openFile(path: string, timeoutMs: number): Database.Database {
  try {
    return new Database(path, { timeout: timeoutMs })
  } catch (cause) {
    throw unavailable('STORE_UNREACHABLE', `cannot open \`${path}\``, cause)
  }
}

function lockPath(file: string): string {
  return `${file}.lock`
}

/** Throws unless the file is empty or a sound Postern database. */
export async function checkDatabase(db: Kysely<Schema>, file: string): Promise<void> {
  const [id, tables, problems] = await inspect(db)
  if (problems !== 'ok') throw corrupt(file)
  if (id !== applicationId && (id !== 0 || tables > 0)) throw foreign(file)
}

/** What SQLite found wrong with the file itself, said of that file. */
export function toFileError(error: unknown, file: string): unknown {
  if (hasCode(error, 'SQLITE_NOTADB')) return foreign(file)
  return hasCode(error, 'SQLITE_CORRUPT') ? corrupt(file, error) : error
}

/** Marks the file as ours; harmless when it is marked already. */
export async function claimDatabase(db: Kysely<Schema>): Promise<void> {
  await sql.raw(`pragma application_id = ${applicationId}`).execute(db)
}

async function inspect(
  db: Kysely<Schema>,
): Promise<[id: number, tables: number, problems: string]> {
  const id = await sql<{ application_id: number }>`pragma application_id`.execute(db)
  const tables = await sql<{ count: number }>`
    select count(*) as count from sqlite_master`.execute(db)
  const check = await sql<{ quick_check: string }>`pragma quick_check(1)`.execute(db)
  return [
    id.rows[0]?.application_id ?? 0,
    tables.rows[0]?.count ?? 0,
    check.rows[0]?.quick_check ?? 'no answer',
  ]
}

/**
 * Never opens a file that is there: closing any descriptor of a file gives up the locks that this
 * process holds on it, SQLite's included.
 */
function makePrivate(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600))
  else if (statSync(path).isFile()) chmodSync(path, 0o600)
  else throw new Error('not a file')
}

function foreign(file: string): DomainError {
  return failedPrecondition('STORE_FOREIGN', `\`${file}\` is not a Postern database`)
}

function corrupt(file: string, cause?: unknown): DomainError {
  const message = `\`${file}\` is damaged: restore it from a backup`
  return new DomainError('failed-precondition', { reason: 'STORE_CORRUPT', message, cause })
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
