import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { status } from '@grpc/grpc-js'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Resource } from '../../src/grpc/gen/postern/v1/authorization.js'
import { type Api, type Connection, connect, refusalOf } from '../support/api.js'
import { checkStore } from '../support/crash-store.js'
import { checkWritten, startWriting, type Written } from '../support/crash-writing.js'
import {
  createDatabase,
  execute,
  type PostgresServer,
  startPostgres,
} from '../support/postgres-server.js'
import { createRandom } from '../support/random.js'
import { type ServerProcess, startServer } from '../support/server-process.js'

const rounds = 10
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)

let directory: string
let postgres: PostgresServer
let url: string
let server: ServerProcess
let connection: Connection
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-postgres-crash-'))
  postgres = await startPostgres()
  url = await createDatabase(postgres.url)
  server = await startServer({
    POSTERN_DATABASE_URL: url,
    POSTERN_PEPPER: 'a pepper that only tests ever use',
    POSTERN_OWNER_KEY_FILE: join(directory, 'owner.key'),
  })
  connection = connect(server.address)
})
afterAll(async () => {
  connection.close()
  await server.kill('SIGKILL')
  await postgres.stop()
  rmSync(directory, { recursive: true })
})

it(`outlives PostgreSQL, says that it knows nothing, and goes on (CRASH_SEED=${seed})`, {
  timeout: 300_000,
}, async () => {
  const random = createRandom(seed)
  const rootKey = readFileSync(join(directory, 'owner.key'), 'utf8').trim()
  const owner = connection.as(rootKey)
  const all: Written[] = []
  for (let round = 0; round < rounds; round++) {
    const goal = Math.ceil(random() * 60)
    const plan = { address: server.address, rootKey, name: `r${round}`, goal }
    const { reached, ended } = await startWriting(plan)
    await reached
    await after(random() * 20)
    await postgres.crash()
    const written = await ended
    expect(written.revisions.length).toBeGreaterThanOrEqual(goal)
    await expectUnavailable(owner, rootKey)
    await postgres.restart()
    await vi.waitFor(() => owner.users.getUser(), { timeout: 10_000, interval: 20 })
    await checkWritten(server.address, rootKey, written)
    all.push(written)
  }
  for (const written of all) await checkWritten(server.address, rootKey, written)
  const revisions = all.flatMap((written) => written.revisions)
  await checkStore((statement) => execute(url, statement), revisions)
  expect(await server.kill('SIGTERM')).toMatchObject({ code: 0, stderr: '' })
})

/** Neither a yes nor a no, and soon. */
async function expectUnavailable(owner: Api, apiKey: string): Promise<void> {
  const refusals = await Promise.all([
    refusalOf(owner.users.getUser()),
    refusalOf(owner.projects.createProject({ name: 'nowhere' })),
    refusalOf(
      owner.authorization.authorize({
        apiKey,
        action: 'any:thing:at-all',
        resource: Resource.fromPartial({}),
        consistency: { requirement: { $case: 'fullyConsistent', value: true } },
      }),
    ),
  ])
  expect(refusals.map(({ code }) => code)).toEqual(Array(3).fill(status.UNAVAILABLE))
}
