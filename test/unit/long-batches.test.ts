import { expect, it } from 'vitest'
import { CachedEntities } from '../../src/cache/cached-entities.js'
import { createSecret } from '../../src/domain/secret.js'
import { SeenTexts } from '../../src/domain/seen-texts.js'
import {
  AuthorizeBatchRequest,
  AuthorizeRequest,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { createHotCalls } from '../../src/grpc/hot/hot-calls.js'
import { createAuthorizer } from '../../src/service/authorize.js'
import type { BatchAnswers } from '../../src/service/authorize-batch.js'
import { minimizeLatency } from '../../src/service/entities.js'
import { Pacer } from '../../src/service/pacer.js'
import { RecentSecrets } from '../../src/service/recent-secrets.js'
import { memoryOptions } from '../support/memory-options.js'
import { everyStep, noHurry } from '../support/paces.js'
import { ManualClock, ScriptedStore } from '../support/scripted-store.js'

/** Batches that take longer than one turn of the thread. */

const demand = { consistency: minimizeLatency }
const apiKey = createSecret((count) => new Uint8Array(count))
const resource = {
  ...{ organizationId: '', projectId: '', type: '', id: '', name: '', locality: '' },
  attributes: undefined,
}
const actions = Array.from({ length: 200 }, (_, at) => (at % 7 === 0 ? 'not one' : `a:${at}`))
const questions = actions.map((action) => ({
  ...{ apiKey, action, resource, request: undefined, context: undefined },
}))

const message = Buffer.from(
  AuthorizeBatchRequest.encode({
    questions: actions.map((action) =>
      AuthorizeRequest.fromPartial({ apiKey, action, resource: {} }),
    ),
    consistency: undefined,
  }).finish(),
)

function open(pace: () => Pacer, now?: () => number) {
  const store = new ScriptedStore()
  store.grant(apiKey)
  const clock = new ManualClock()
  const entities = new CachedEntities({
    store,
    clock,
    options: memoryOptions,
  })
  const secrets = new RecentSecrets((secret) => secret)
  const authorizer = createAuthorizer({
    ...{ entities, secrets, pace },
    now: now ?? (() => clock.wallMs()),
  })
  return { authorizer, clock, entities, store }
}

const expired = ({ value }: BatchAnswers) =>
  value.filter((answer) => 'decision' in answer && answer.decision.reason === 'KEY_EXPIRED')

it('are not answered at once, from memory either', async () => {
  const slow = open(everyStep(() => {}))
  const quick = open(noHurry)
  for (const { authorizer } of [slow, quick]) await authorizer.batch(questions).answer(demand)
  expect(slow.authorizer.batch(questions).answerNow()).toBeUndefined()
  expect(quick.authorizer.batch(questions).answerNow()?.value).toHaveLength(questions.length)
})

it('are answered as they would be in one turn', async () => {
  const slow = await open(everyStep(() => {}))
    .authorizer.batch(questions)
    .answer(demand)
  const quick = await open(noHurry).authorizer.batch(questions).answer(demand)
  expect(slow.value).toEqual(quick.value)
  expect(slow.value.filter((answer) => 'error' in answer)).toHaveLength(29)
})

it('are decided for one instant', async () => {
  let nowMs = 0
  const { authorizer, store } = open(noHurry, () => nowMs++)
  store.expiries.set(apiKey, 100)
  expect(expired(await authorizer.batch(questions).answer(demand))).toHaveLength(0)
  expect(expired(authorizer.batch(questions).answerNow() ?? expect.fail())).toHaveLength(0)
  nowMs = 100
  expect(expired(authorizer.batch(questions).answerNow() ?? expect.fail())).toHaveLength(171)
})

it('are decided for the instant of the attempt that counts', async () => {
  let nowMs = 0
  const { authorizer, store } = open(noHurry, () => nowMs)
  store.expiries.set(apiKey, 100)
  store.onLoad = () => {
    nowMs = 100
  }
  expect(expired(await authorizer.batch(questions).answer(demand))).toHaveLength(171)
})

it('are prepared once, wherever they had to stop', async () => {
  let looks = 0
  const monotonicMs = () => (looks++ < 4 ? 0 : looks)
  const { authorizer } = open(() => new Pacer({ monotonicMs, nextTurn: async () => {} }))
  let readings = 0
  const counted = questions.map(({ action, ...rest }) => ({
    ...rest,
    get action() {
      readings += 1
      return action
    },
  }))
  const batch = authorizer.batch(counted)
  expect(batch.answerNow()).toBeUndefined()
  expect(readings).toBeGreaterThan(0)
  expect(readings).toBeLessThan(questions.length)
  await batch.answer(demand)
  expect(readings).toBe(questions.length)
})

it('are of one revision, though the key is revoked on the way', async () => {
  let turns = 0
  const { authorizer, entities, store } = open(
    everyStep(async () => {
      turns += 1
      if (turns !== 31) return
      store.revoke(apiKey)
      await entities.feed.catchUp()
    }),
  )
  const { value } = await authorizer.batch(questions).answer(demand)
  expect(turns).toBeGreaterThanOrEqual(31)
  const reasons = value.flatMap((answer) => ('decision' in answer ? [answer.decision.reason] : []))
  expect(new Set(reasons)).toEqual(new Set(['KEY_NOT_FOUND']))
})

it('wait no longer than whoever asked', async () => {
  const { authorizer, clock, store } = open(noHurry)
  store.onLoad = () => new Promise(() => {})
  const hot = createHotCalls({ authorizer, secretTexts: new SeenTexts(), pace: noHurry })
  const caller = { admit: () => undefined, leftMs: () => 10, isGone: false }
  const answer = hot.authorizeBatch(message, caller)
  const refused = expect(answer).rejects.toMatchObject({ kind: 'unavailable' })
  await new Promise(setImmediate)
  clock.pass(11)
  await refused
})

it('are given up once nobody waits for them', async () => {
  const caller = { admit: () => undefined, leftMs: () => 1_000, isGone: false }
  let turns = 0
  const pace = everyStep(() => {
    turns += 1
    caller.isGone = turns === 3
  })
  const hot = createHotCalls({
    authorizer: open(pace).authorizer,
    secretTexts: new SeenTexts(),
    pace,
  })
  const answer = hot.authorizeBatch(message, caller)
  await expect(answer).rejects.toMatchObject({ reason: 'CALLER_GONE' })
  expect(turns).toBe(3)
})
