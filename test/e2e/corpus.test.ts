import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  type CorpusCase,
  isExpected,
  type Outcome,
  toRawQuestion,
} from '../../src/domain/corpus.js'
import {
  AuthorizePrincipalRequest,
  AuthorizeRequest,
  type AuthorizeResponse,
  type Consistency,
  Decision,
  ExplainRequest,
  Freshness_Tier,
  Reason,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { type Api, refusalOf } from '../support/api.js'
import { corpusFiles, readCorpusFile } from '../support/offline.js'
import { createDatabase } from '../support/postgres-server.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { type Settled, settle } from '../support/settle.js'
import { startReplica, startSystem, type TestSystem } from '../support/system.js'

/** Every case of the corpus, asked of a whole server through each of its doors: they must agree. */
describe.each(['SQLite', 'PostgreSQL'])('the corpus on %s', (store) => {
  describe.each(corpusFiles)('%s', (file) => {
    const { organizations, cases } = readCorpusFile(file)
    let system: TestSystem
    let settled: Settled

    beforeAll(async () => {
      system = await startSystem(store === 'SQLite' ? {} : await aPostgresDatabase())
      settled = await settle(system, organizations)
    })
    afterAll(() => system.close())

    it.each(cases.filter(isSayable))('$name', async (asked) => {
      system.clock.nowMs = asked.atMs
      expectAll(asked, await askEveryDoor(system, settled, asked))
    })
  })
})

/** The same from the store, from Redis as another server left it there, and from memory. */
describe('the corpus from every tier, in every consistency', () => {
  let redis: RedisServer
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  describe.each(corpusFiles)('%s', (file) => {
    const { organizations, cases } = readCorpusFile(file)
    let cold: TestSystem
    let warm: TestSystem
    let settled: Settled

    beforeAll(async () => {
      const settings = { ...(await aPostgresDatabase()), POSTERN_REDIS_URL: redis.url }
      cold = await startSystem(settings)
      settled = await settle(cold, organizations)
      warm = await startReplica(cold, settings)
    })
    afterAll(async () => {
      await warm.close()
      await cold.close()
    })

    it.each(cases.filter(isSayable))('$name', async (asked) => {
      cold.clock.nowMs = asked.atMs
      const question = questionWithKey(settled, asked)
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

function expectAll({ expected }: CorpusCase, outcomes: Readonly<Record<string, Outcome>>): void {
  for (const [door, got] of Object.entries(outcomes)) {
    const wanted = JSON.stringify(expected)
    expect(got, `${door}: ${wanted}`).toSatisfy((each: Outcome) => isExpected(expected, each))
  }
}

/** Protobuf has no way to send a list where a map belongs. */
function isSayable({ question }: CorpusCase): boolean {
  return [question.context, question.resource?.attributes].every(
    (value) => value === undefined || (typeof value === 'object' && !Array.isArray(value)),
  )
}

async function aPostgresDatabase(): Promise<Record<string, string>> {
  return { POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')) }
}

async function askEveryDoor(
  system: TestSystem,
  settled: Settled,
  asked: CorpusCase,
): Promise<Record<string, Outcome>> {
  const raw = toRawQuestion(asked.question, settled)
  const administrator = settled.administrator(asked)
  const { asker } = asked
  const secret = asker.kind === 'key' ? settled.secretOf(asker.name) : ''
  if (asker.kind === 'principal' || secret === undefined) {
    const principal =
      asker.kind === 'principal'
        ? settled.principalOf(asker.organization, asker.bearer)
        : settled.bearerOf(asker.kind === 'key' ? asker.name : '')
    const named = AuthorizePrincipalRequest.fromPartial({ ...raw, principal } as object)
    const why = ExplainRequest.fromPartial({ ...raw, subject: principal } as object)
    return {
      authorizePrincipal: await outcomeOf(administrator.authorization.authorizePrincipal(named)),
      explain: await explained(administrator, why),
    }
  }
  const apiKey = asker.kind === 'secret' ? asker.secret : secret
  const question = AuthorizeRequest.fromPartial({ ...raw, apiKey } as object)
  const subject = { $case: 'apiKey', value: apiKey }
  const why = ExplainRequest.fromPartial({ ...raw, subject } as object)
  const { authorization } = system.as('')
  return {
    authorize: await outcomeOf(authorization.authorize(question)),
    batch: await batched(system.as(''), question),
    ...(apiKey !== '' && { explain: await explained(administrator, why) }),
  }
}

async function outcomeOf(answer: Promise<AuthorizeResponse>): Promise<Outcome> {
  try {
    return toOutcome(await answer)
  } catch {
    return { kind: 'invalid', field: (await refusalOf(answer)).fields[0] ?? '' }
  }
}

/** Asked between two others, which must not disturb it. */
async function batched(api: Api, question: AuthorizeRequest): Promise<Outcome> {
  const other = AuthorizeRequest.fromPartial({ apiKey: 'garbage', action: 'a:b', resource: {} })
  const { answers } = await api.authorization.authorizeBatch({
    questions: [other, question, { ...other, action: '' }],
  })
  const answer = answers[1]?.answer
  if (answer?.$case === 'response') return toOutcome(answer.value)
  return { kind: 'invalid', field: answer?.value.violations[0]?.field ?? '' }
}

/** The rules that are said to match must account for the answer that comes with them. */
async function explained(api: Api, request: ExplainRequest): Promise<Outcome> {
  const call = api.authorization.explain(request)
  const outcome = await outcomeOf(call.then(({ answer }) => answer as AuthorizeResponse))
  if (outcome.kind === 'invalid') return outcome
  const { answer, policies } = await call
  const matched = policies.flatMap(({ rules }) => rules).filter((each) => each.matched)
  if (answer?.ruleId) expect(matched.map((each) => each.rule?.id)).toContain(answer.ruleId)
  if (outcome.reason === 'NO_MATCHING_RULE') expect(matched).toEqual([])
  return outcome
}

function toOutcome({ decision, reason, policyName }: AuthorizeResponse): Outcome {
  const name = Object.entries(Reason).find(([, value]) => value === reason)?.[0]
  return {
    kind: 'decision',
    effect: decision === Decision.ALLOW ? 'allow' : 'deny',
    reason: name as Extract<Outcome, { kind: 'decision' }>['reason'],
    policy: policyName,
  }
}
