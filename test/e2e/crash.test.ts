import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import Database from 'libsql'
import { describe, expect, inject, it } from 'vitest'
import { decodeRevision } from '../../src/service/revision.js'
import { connect } from '../support/api.js'
import {
  type Acknowledged,
  checkAcknowledged,
  nothingYet,
  rulesOfEachPolicy,
  writeUntilGone,
} from '../support/crash-writers.js'
import { createDatabase, execute } from '../support/postgres-server.js'
import { type Settings, startServer } from '../support/server-process.js'
import { createRandom } from '../support/simulation.js'

/**
 * The server is killed without warning, at a moment that it cannot know, a hundred times on each
 * store: what it had acknowledged is there afterwards, and what it had not is there whole or not
 * at all.
 */

const rounds = 100
const writers = 3
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)

type Query = (statement: string) => Promise<readonly unknown[]>

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
      await checkStore(async (statement) => database.prepare(statement).all(), all)
      expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
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
      await checkStore((statement) => execute(url, statement), all)
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

/** Answers all that was ever acknowledged. */
async function crashRepeatedly(settings: Settings): Promise<Acknowledged> {
  const random = createRandom(seed)
  const all = nothingYet()
  let before = nothingYet()
  for (let round = 0; round < rounds; round++) {
    const { address, kill } = await startServer(settings)
    const ownerKey = readFileSync(settings.POSTERN_OWNER_KEY_FILE ?? '', 'utf8').trim()
    await checkAcknowledged(address, ownerKey, before)
    before = await writeAndKill({ address, ownerKey, round, kill, delayMs: random() * 60 })
    for (const list of Object.keys(all) as (keyof Acknowledged)[]) {
      all[list].push(...(before[list] as never[]))
    }
  }
  const { address, kill } = await startServer(settings)
  const ownerKey = readFileSync(settings.POSTERN_OWNER_KEY_FILE ?? '', 'utf8').trim()
  await checkAcknowledged(address, ownerKey, all)
  await kill('SIGTERM')
  return all
}

async function writeAndKill(crash: {
  readonly address: string
  readonly ownerKey: string
  readonly round: number
  readonly delayMs: number
  kill(signal: NodeJS.Signals): Promise<unknown>
}): Promise<Acknowledged> {
  const connection = connect(crash.address)
  const api = connection.as(crash.ownerKey)
  const done = nothingYet()
  let onFirst = () => {}
  const first = new Promise<void>((resolve) => {
    onFirst = resolve
  })
  const writing = Array.from({ length: writers }, (_, writer) =>
    writeUntilGone(api, `r${crash.round}-w${writer}`, done, onFirst),
  )
  await first
  await after(crash.delayMs)
  await crash.kill('SIGKILL')
  await Promise.all(writing)
  connection.close()
  return done
}

async function checkStore(query: Query, all: Acknowledged): Promise<void> {
  expect(all.keys.length).toBeGreaterThanOrEqual(rounds)
  const none = async (statement: string) => expect(await query(statement), statement).toEqual([])
  await none(`select id from policies where
    (select count(*) from rules where rules.policy_id = policies.id) <> ${rulesOfEachPolicy}`)
  await none(`select id from rules where not exists
    (select 1 from rule_permission_sets as sets where sets.rule_id = rules.id)`)
  await none(`select id from api_keys where not exists
    (select 1 from api_key_secrets where key_id = api_keys.id)`)
  await none(`select id from groups where kind = 'regular' and not exists
    (select 1 from group_applications where group_id = groups.id)`)
  await none(`select rev from change_log where not exists
    (select 1 from audit_entries where audit_entries.rev = change_log.rev)`)
  await none(`select id from audit_entries where rev not in (select rev from change_log)`)
  await checkRevisions(query, all.revisions)
}

/** Revisions have no gaps, and each acknowledged one is in the log as it was answered. */
async function checkRevisions(query: Query, tokens: readonly string[]): Promise<void> {
  const rows = (await query('select rev, nonce from change_log order by rev')) as {
    readonly rev: number | string
    readonly nonce: string
  }[]
  expect(rows.map((row) => Number(row.rev))).toEqual(rows.map((_, index) => index + 1))
  const nonces = new Map(rows.map((row) => [Number(row.rev), row.nonce]))
  for (const token of tokens) {
    const { number, nonce } = decodeRevision(token)
    expect(nonces.get(number)).toBe(nonce)
  }
}
