import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { run } from '../../src/cli/run.js'
import { fresh } from '../support/acts.js'
import { type Api, refusalOf } from '../support/api.js'
import { type PostgresProxy, startPostgresProxy } from '../support/postgres-proxy.js'
import { createDatabase, execute } from '../support/postgres-server.js'
import { startSystem, type TestSystem } from '../support/system.js'

/** The connection to PostgreSQL is lost during a commit: the caller cannot know what became of it. */
describe('a write of unknown outcome', () => {
  let databaseUrl: string
  let proxy: PostgresProxy
  let system: TestSystem
  beforeAll(async () => {
    databaseUrl = await createDatabase(inject('postgresUrl'))
    proxy = await startPostgresProxy(databaseUrl)
    system = await startSystem({ POSTERN_DATABASE_URL: proxy.url })
  })
  afterAll(async () => {
    await system.close()
    await proxy.close()
  })

  const withKey = (key: string): Api =>
    system.as(system.founded.ownerKey.secret, { 'idempotency-key': key })
  const count = async (name: string) =>
    (await system.owner.applications.listApplications({ name })).applications.length
  const replays = async () => {
    const statement = 'select coalesce(sum(replays), 0)::int as replays from idempotency'
    const [row] = (await execute(databaseUrl, statement)) as { replays: number }[]
    return row?.replays ?? 0
  }
  const unknown = { code: status.UNAVAILABLE, reason: 'COMMIT_OUTCOME_UNKNOWN' }

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    'is done once by sending it again, when the commit was lost %s it took effect',
    async (moment, done) => {
      const name = fresh('application')
      const again = withKey(randomUUID())
      const before = await replays()
      proxy.loseCommit(moment)
      const refusal = await refusalOf(again.applications.createApplication({ name }))
      expect(refusal).toMatchObject(unknown)
      expect(await count(name)).toBe(done)
      const answer = await again.applications.createApplication({ name })
      expect(await again.applications.createApplication({ name })).toMatchObject({ id: answer.id })
      expect(await count(name)).toBe(1)
      // Each answer that was given again was committed: an old primary cannot give it.
      expect(await replays()).toBe(before + done + 1)
    },
  )

  it('is not known to be done by an answer that was not committed either', async () => {
    const name = fresh('application')
    const again = withKey(randomUUID())
    await again.applications.createApplication({ name })
    proxy.loseCommit('before')
    const refusal = await refusalOf(again.applications.createApplication({ name }))
    expect(refusal).toMatchObject(unknown)
  })

  it('gives back the secret that nobody saw, which the store does not tell', async () => {
    const { id: value } = await system.owner.applications.createApplication({ name: fresh('a') })
    const bearer = { $case: 'applicationId', value } as const
    const key = randomUUID()
    proxy.loseCommit('after')
    expect(await refusalOf(withKey(key).apiKeys.createApiKey({ bearer }))).toMatchObject(unknown)
    const { secret } = await withKey(key).apiKeys.createApiKey({ bearer })
    const { apiKeys } = await system.owner.apiKeys.listApiKeys({ bearer })
    expect(apiKeys).toHaveLength(1)
    const rows = await execute(databaseUrl, 'select * from idempotency')
    const text = JSON.stringify(rows)
    const bytes = (rows as { response: string }[]).map(({ response }) =>
      Buffer.from(response, 'base64url').toString('latin1'),
    )
    for (const hidden of [secret, key]) {
      expect(text).not.toContain(hidden)
      expect(bytes.join()).not.toContain(hidden)
    }
  })

  it('is sent again by the command line, which then tells what it did', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'postern-unknown-'))
    const name = fresh('imported')
    const file = join(directory, 'one.json')
    writeFileSync(file, JSON.stringify({ applications: [{ name }] }))
    const said = { stdout: '', stderr: '' }
    const output = (stream: keyof typeof said) => ({
      write(text: string) {
        said[stream] += text
      },
    })
    proxy.loseCommit('after')
    const code = await run(['import', file], {
      env: { POSTERN_ADDRESS: system.address, POSTERN_API_KEY: system.founded.ownerKey.secret },
      stdin: (async function* () {})(),
      stdout: output('stdout'),
      stderr: output('stderr'),
    })
    rmSync(directory, { recursive: true })
    expect([code, said.stderr]).toEqual([0, ''])
    expect(said.stdout).toContain(name)
    expect(await count(name)).toBe(1)
  })
})
