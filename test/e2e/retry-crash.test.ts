import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Connection, connect } from '../support/api.js'
import { createDatabase } from '../support/postgres-server.js'
import { createRandom } from '../support/random.js'
import { bundleServer, type ServerBundle } from '../support/server-bundle.js'
import { type Settings, startServer } from '../support/server-process.js'

/**
 * The server is killed while it writes, and whoever had not heard of their write sends it again, as
 * does whoever had: each is done exactly once, and has one answer.
 */

const rounds = 12
/** Senders of each round, and what each sends one after another. */
const senders = 4
const writesOfEach = 8
const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000)

let bundle: ServerBundle
let directory: string
beforeAll(() => {
  bundle = bundleServer()
  directory = mkdtempSync(join(tmpdir(), 'postern-retry-'))
})
afterAll(() => {
  bundle.remove()
  rmSync(directory, { recursive: true })
})

interface Write {
  readonly name: string
  readonly idempotencyKey: string
  /** Of what was made, once that was answered. */
  id: string | undefined
}

describe(`writes that are sent again after a crash (CRASH_SEED=${seed})`, {
  timeout: 300_000,
}, () => {
  it('are done exactly once on SQLite', async () => {
    await crashRepeatedly({ POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}` })
  })

  it('are done exactly once on PostgreSQL', async () => {
    await crashRepeatedly({ POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')) })
  })
})

async function crashRepeatedly(store: Settings): Promise<void> {
  const random = createRandom(seed)
  const keyFile = join(directory, `${randomUUID()}.key`)
  const settings = {
    ...store,
    POSTERN_PEPPER: 'a pepper that only tests ever use',
    POSTERN_OWNER_KEY_FILE: keyFile,
  }
  let written: Write[] = []
  let [heard, unheard] = [0, 0]
  for (let round = 0; round <= rounds; round++) {
    const server = await startServer(settings, bundle.program)
    const connection = connect(server.address)
    const ownerKey = readFileSync(keyFile, 'utf8').trim()
    await checkOnce({ connection, ownerKey }, written)
    written = []
    const goal = Math.floor(random() * senders * writesOfEach)
    const sending = startSending({ connection, ownerKey }, written, goal)
    await sending.reached
    await after(random() * 5)
    await server.kill('SIGKILL')
    await sending.ended
    connection.close()
    heard += written.filter(({ id }) => id !== undefined).length
    unheard += written.filter(({ id }) => id === undefined).length
  }
  // Otherwise no crash came between a write and its answer, and nothing was tried.
  expect(unheard).toBeGreaterThan(0)
  expect(heard).toBeGreaterThan(0)
}

interface Owner {
  readonly connection: Connection
  readonly ownerKey: string
}

/** `reached` resolves when as many have been answered as was the goal, or all have ended. */
function startSending(owner: Owner, written: Write[], goal: number) {
  let answers = 0
  let reach = () => {}
  const goalReached = new Promise<void>((resolve) => {
    reach = resolve
  })
  const lanes = Array.from({ length: senders }, async () => {
    for (let i = 0; i < writesOfEach; i++) {
      const write = { name: randomUUID(), idempotencyKey: randomUUID(), id: undefined }
      written.push(write)
      await send(owner, write)
      answers += 1
      if (answers >= goal) reach()
    }
  })
  const ended = Promise.allSettled(lanes)
  return { reached: Promise.race([goalReached, ended]), ended }
}

async function send({ connection, ownerKey }: Owner, write: Write): Promise<string> {
  const api = connection.as(ownerKey, { 'idempotency-key': write.idempotencyKey })
  const { id } = await api.applications.createApplication({ name: write.name })
  write.id ??= id
  return id
}

async function checkOnce(owner: Owner, written: readonly Write[]): Promise<void> {
  const api = owner.connection.as(owner.ownerKey)
  await Promise.all(
    written.map(async (write) => {
      const id = await send(owner, write)
      const { applications } = await api.applications.listApplications({ name: write.name })
      expect([write.id, ...applications.map((each) => each.id)]).toEqual([id, id])
    }),
  )
}
