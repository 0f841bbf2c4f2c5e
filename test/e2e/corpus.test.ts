import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type CorpusCase, type Outcome, toRawQuestion } from '../../src/domain/corpus.js'
import {
  AuthorizeRequest,
  type Consistency,
  Freshness_Tier,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { askEveryDoor, expectAll, isSayable, outcomeOf } from '../support/doors.js'
import { corpusFiles, readCorpusFile } from '../support/offline.js'
import { createDatabase } from '../support/postgres-server.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { setApart } from '../support/set-apart.js'
import { type Settled, settle } from '../support/settle.js'
import { startReplica, startSystem, type TestSystem } from '../support/system.js'

/** All files share a server of each kind: what one holds is nothing to the others. */
const files = corpusFiles.map((file, at) => ({
  file,
  corpus: setApart(readCorpusFile(file), `f${at}`),
}))

async function settleAll(system: TestSystem): Promise<ReadonlyMap<string, Settled>> {
  const settled = new Map<string, Settled>()
  for (const { file, corpus } of files)
    settled.set(file, await settle(system, corpus.organizations))
  return settled
}

/** Every case of the corpus, asked of a whole server through each of its doors: they must agree. */
describe.each([
  ['SQLite', 'off'],
  ['PostgreSQL', 'on'],
])('the corpus on %s, with our own transport %s', (store, wire) => {
  let system: TestSystem
  let settled: ReadonlyMap<string, Settled>
  beforeAll(async () => {
    const database = store === 'SQLite' ? {} : await aPostgresDatabase()
    system = await startSystem({ ...database, POSTERN_WIRE: wire })
    settled = await settleAll(system)
  })
  afterAll(() => system.close())

  describe.each(files)('$file', ({ file, corpus }) => {
    it.each(corpus.cases.filter(isSayable))('$name', async (asked) => {
      system.clock.nowMs = asked.atMs
      expectAll(asked, await askEveryDoor(system, known(settled.get(file)), asked))
    })
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
