import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { aMember, anApplication } from '../support/acts.js'
import { createDatabase, execute } from '../support/postgres-server.js'
import { startSystem } from '../support/system.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'postern-secrets-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** Makes secrets of every kind in the store, and answers them with a word that must be found. */
async function fill(databaseUrl: string): Promise<{ secrets: string[]; word: string }> {
  const system = await startSystem({ POSTERN_DATABASE_URL: databaseUrl })
  const { owner, founded } = system
  const { id, key } = await anApplication(owner)
  const { token } = await owner.users.issueEnrollment({ userId: (await aMember(owner)).id })
  await system.close()
  return { secrets: [founded.ownerKey.secret, key, token], word: id }
}

/** The random part as well: a prefix or a checksum left out would still be a secret kept. */
function expectNone(text: string, { secrets, word }: { secrets: string[]; word: string }): void {
  expect(text).toContain(word)
  for (const secret of secrets) expect(text).not.toContain(secret.slice(4, -6))
}

it('no secret is in the files of the embedded store', async () => {
  const made = await fill(`file:${join(directory, 'postern.db')}`)
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'latin1'))
  expectNone(files.join('\n'), made)
})

it('no secret is in a table on PostgreSQL', async () => {
  const url = await createDatabase(inject('postgresUrl'))
  const made = await fill(url)
  const tables = (await execute(
    url,
    "select table_name as name from information_schema.tables where table_schema = 'public'",
  )) as { name: string }[]
  const rows = await Promise.all(
    tables.map(({ name }) => execute(url, `select t::text as row from "${name}" t`)),
  )
  expectNone(JSON.stringify(rows), made)
})
