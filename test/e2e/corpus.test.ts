import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type CorpusCase, type Outcome, toRawQuestion } from '../../src/domain/corpus.js'
import {
  AuthorizeRequest,
  type Consistency,
  Freshness_Tier,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { pose } from '../support/doors/door.js'
import { countSaid, expectAtForeignDoors, foreignDoors } from '../support/doors/every-door.js'
import { askEveryDoor, expectAll, isSayable, outcomeOf } from '../support/doors/grpc-doors.js'
import { routesOf } from '../support/doors/proxied.js'
import { createDatabase } from '../support/postgres-server.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { corporaApart as files } from '../support/set-apart.js'
import { type Settled, settle } from '../support/settle.js'
import { startReplica, startSystem, type TestSystem } from '../support/system.js'

/** Files in which something decides by the address or the agent of a request. */
const readers = new Set(
  files
    .filter(({ corpus }) =>
      /request\.(ip|user_agent)|"sourceCidrs":\["/.test(JSON.stringify(corpus.organizations)),
    )
    .map(({ file }) => file),
)

/** How many cases each door says at least; there is a rule for each of the others. */
const saidMin: Readonly<Record<string, number>> = {
  AuthZEN: 335,
  'forward-auth': 294,
  ext_authz: 294,
  'check-permissions': 55,
}

/** At once, since each mostly waits for the store. */
async function settleAll(system: TestSystem): Promise<ReadonlyMap<string, Settled>> {
  const settling = files.map(async ({ file, tag, corpus }) => {
    return [file, await settle(system, corpus.organizations, { tag })] as const
  })
  return new Map(await Promise.all(settling))
}

/** Every case of the corpus, asked of a whole server through each of its doors: they must agree. */
describe.each([
  ['SQLite', 'off'],
  ['PostgreSQL', 'on'],
])('the corpus on %s, with our own transport %s', (store, wire) => {
  let directory: string
  let system: TestSystem
  let settled: ReadonlyMap<string, Settled>
  beforeAll(async () => {
    const database = store === 'SQLite' ? {} : await aPostgresDatabase()
    directory = mkdtempSync(join(tmpdir(), 'postern-corpus-'))
    const routes = join(directory, 'routes.json')
    writeFileSync(routes, JSON.stringify(routesOf(files.flatMap(({ corpus }) => corpus.cases))))
    system = await startSystem({
      ...database,
      POSTERN_WIRE: wire,
      POSTERN_HTTP_LISTEN: '127.0.0.1:0',
      POSTERN_ROUTES_FILE: routes,
    })
    settled = await settleAll(system)
  })
  afterAll(async () => {
    await system.close()
    rmSync(directory, { recursive: true })
  })

  describe.each(files)('$file', ({ file, corpus }) => {
    it.each(corpus.cases.filter(isSayable))('$name', async (asked) => {
      system.clock.nowMs = asked.atMs
      expectAll(asked, await askEveryDoor(system, known(settled.get(file)), asked))
    })

    it.each(corpus.cases)('$name, in the words of other standards', async (asked) => {
      system.clock.nowMs = asked.atMs
      await expectAtForeignDoors(system, poseIn(file, asked))
    })
  })

  const poseIn = (file: string, asked: CorpusCase) =>
    pose(asked, { settled: known(settled.get(file)), readsRequest: readers.has(file) })

  it.each(foreignDoors)('is said at $name, but for what that has no words for', (door) => {
    const posed = files.flatMap(({ file, corpus }) =>
      corpus.cases.map((asked) => poseIn(file, asked)),
    )
    const { said, unsaid } = countSaid(door, posed)
    expect(said, JSON.stringify(unsaid)).toBeGreaterThanOrEqual(saidMin[door.name] ?? posed.length)
  })
})

/** The same from the store, from Redis as another server left it there, and from memory. */
describe('the corpus from every tier, in every consistency', () => {
  let redis: RedisServer
  let cold: TestSystem
  let warm: TestSystem
  let settled: ReadonlyMap<string, Settled>
  beforeAll(async () => {
    redis = await startRedis()
    const settings = { ...(await aPostgresDatabase()), POSTERN_REDIS_URL: redis.url }
    cold = await startSystem(settings)
    settled = await settleAll(cold)
    warm = await startReplica(cold, settings)
  })
  afterAll(async () => {
    await warm.close()
    await cold.close()
    await redis.stop()
  })

  describe.each(files)('$file', ({ file, corpus }) => {
    it.each(corpus.cases.filter(isSayable))('$name', async (asked) => {
      cold.clock.nowMs = asked.atMs
      const question = questionWithKey(known(settled.get(file)), asked)
      if (!question) return
      const stored = await askForTier(cold, question)
      const remembered = await askForTier(cold, question)
      const shared = await askForTier(warm, question)
      expectAll(asked, { stored: stored.outcome, memory: remembered.outcome })
      expectAll(asked, { shared: shared.outcome, ...(await askFreshly(warm, question, stored)) })
      if (stored.tier === undefined) return
      expect(remembered.tier).toBe(Freshness_Tier.MEMORY)
      expect(shared.tier).not.toBe(Freshness_Tier.STORE)
    })
  })
})

function known(settled: Settled | undefined): Settled {
  if (!settled) throw new Error('the file was not settled')
  return settled
}

interface Tiered {
  readonly outcome: Outcome
  readonly tier: Freshness_Tier | undefined
  readonly revision: string
}

async function askForTier({ as }: TestSystem, question: AuthorizeRequest): Promise<Tiered> {
  const call = as('').authorization.authorize(question)
  const outcome = await outcomeOf(call)
  if (outcome.kind === 'invalid') return { outcome, tier: undefined, revision: '' }
  const { freshness, revision } = await call
  return { outcome, tier: freshness?.tier, revision }
}

async function askFreshly(
  { as }: TestSystem,
  question: AuthorizeRequest,
  { revision }: Tiered,
): Promise<Record<string, Outcome>> {
  const { authorization } = as('')
  const demanding = (requirement: NonNullable<Consistency['requirement']>) =>
    outcomeOf(authorization.authorize({ ...question, consistency: { requirement } }))
  return {
    minimizeLatency: await demanding({ $case: 'minimizeLatency', value: true }),
    fullyConsistent: await demanding({ $case: 'fullyConsistent', value: true }),
    ...(revision && {
      atLeastAsFresh: await demanding({ $case: 'atLeastAsFresh', value: revision }),
    }),
  }
}

/** `undefined` for a case that names its principal. */
function questionWithKey(settled: Settled, asked: CorpusCase): AuthorizeRequest | undefined {
  const { asker } = asked
  if (asker.kind === 'principal') return undefined
  const apiKey = asker.kind === 'secret' ? asker.secret : settled.secretOf(asker.name)
  if (apiKey === undefined) return undefined
  const raw = toRawQuestion(asked.question, settled)
  return AuthorizeRequest.fromPartial({ ...raw, apiKey } as object)
}

async function aPostgresDatabase(): Promise<Record<string, string>> {
  return { POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')) }
}
