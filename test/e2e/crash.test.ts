import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import Database from 'libsql'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { checkStore } from '../support/crash-store.js'
import { checkWritten, startWriting, type Written } from '../support/crash-writing.js'
import { createDatabase, execute } from '../support/postgres-server.js'
import { createRandom } from '../support/random.js'
import { bundleServer, type ServerBundle } from '../support/server-bundle.js'
import {
  killStarting,
  type ServerProcess,
  type Settings,
  startServer,
} from '../support/server-process.js'

/**
 * The server is killed without warning, at a moment that it cannot know, a hundred times on each
 * store: what it had acknowledged is there afterwards, and what it had not is there whole or not
 * at all.
 */

const rounds = 100
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)

let bundle: ServerBundle
beforeAll(() => {
  bundle = bundleServer()
})
afterAll(() => bundle.remove())

describe(`a server that is killed a hundred times (CRASH_SEED=${seed})`, {
  timeout: 900_000,
}, () => {
  it.concurrent('loses no acknowledged write on SQLite, and leaves nothing half-written', async () => {
    await inDirectory(async (directory) => {
      const path = join(directory, 'postern.db')
      const all = await crashRepeatedly({
        POSTERN_DATABASE_URL: `file:${path}`,
        POSTERN_OWNER_KEY_FILE: join(directory, 'owner.key'),
      })
      const database = new Database(path)
      const query = async (statement: string) => database.prepare(statement).all()
      await checkStore(query, revisionsOf(all))
      expect(await query('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
      expect(await query('pragma foreign_key_check')).toEqual([])
      database.close()
    })
  })

  it.concurrent('loses no acknowledged write on PostgreSQL, and leaves nothing half-written', async () => {
    await inDirectory(async (directory) => {
      const url = await createDatabase(inject('postgresUrl'))
      const all = await crashRepeatedly({
        POSTERN_DATABASE_URL: url,
        POSTERN_PEPPER: 'a pepper that only tests ever use',
        POSTERN_OWNER_KEY_FILE: join(directory, 'owner.key'),
      })
      await checkStore((statement) => execute(url, statement), revisionsOf(all))
    })
  })
})

async function inDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'postern-crash-'))
  try {
    await work(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** Answers all that was ever written. */
async function crashRepeatedly(settings: Settings): Promise<readonly Written[]> {
  const random = createRandom(seed)
  const all: Written[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 5 === 4) await killStarting(settings, bundle.program, random() * 500)
    const goal = Math.ceil(random() * 24)
    const delayMs = random() * 20
    await whileServing(settings, async (server, rootKey) => {
      for (const before of all.slice(-1)) await checkWritten(server.address, rootKey, before)
      const plan = { address: server.address, rootKey, name: `r${round}`, goal }
      const { reached, ended } = await startWriting(plan)
      await reached
      await after(delayMs)
      await server.kill('SIGKILL')
      all.push(await ended)
    })
  }
  await whileServing(settings, async (server, rootKey) => {
    for (const written of all) await checkWritten(server.address, rootKey, written)
    expect((await server.kill('SIGTERM')).code).toBe(0)
  })
  return all
}

async function whileServing(
  settings: Settings,
  work: (server: ServerProcess, rootKey: string) => Promise<void>,
): Promise<void> {
  const server = await startServer(settings, bundle.program)
  try {
    await work(server, readFileSync(settings.POSTERN_OWNER_KEY_FILE ?? '', 'utf8').trim())
  } finally {
    await server.kill('SIGKILL')
  }
}

/** Of every round one at least. */
function revisionsOf(all: readonly Written[]): readonly string[] {
  for (const { revisions } of all) expect(revisions.length).toBeGreaterThan(0)
  return all.flatMap(({ revisions }) => revisions)
}
