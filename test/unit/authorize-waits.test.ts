import { beforeEach, expect, it } from 'vitest'
import { CachedEntities } from '../../src/cache/cached-entities.js'
import { createSecret } from '../../src/domain/secret.js'
import { type Authorizer, createAuthorizer } from '../../src/service/authorize.js'
import { minimizeLatency } from '../../src/service/entities.js'
import { RecentSecrets } from '../../src/service/recent-secrets.js'
import { memoryOptions } from '../support/memory-options.js'
import { noHurry } from '../support/paces.js'
import { ManualClock, ScriptedStore } from '../support/scripted-store.js'

/** What time does to a question that has to wait. */

const apiKey = createSecret((count) => new Uint8Array(count))
const resource = {
  ...{ organizationId: '', projectId: '', type: '', id: '', name: '', locality: '' },
  attributes: undefined,
}
const question = { apiKey, action: 'a:b', resource, request: undefined, context: undefined }

let clock: ManualClock
let store: ScriptedStore
let authorizer: Authorizer

beforeEach(() => {
  clock = new ManualClock()
  store = new ScriptedStore()
  const entities = new CachedEntities({
    store,
    clock,
    options: { ...memoryOptions, waitingLoadsMax: 2, waitMs: 60_000, readTimeoutMs: 60_000 },
  })
  authorizer = createAuthorizer({
    entities,
    secrets: new RecentSecrets((secret) => secret),
    now: () => clock.wallMs(),
    pace: noHurry,
  })
  store.grant(apiKey)
  store.expiries.set(apiKey, 3_000)
})

const ask = async () =>
  (await authorizer.authorize(question, { consistency: minimizeLatency })).decision.reason

it('a key that expires while its question waits for the store is expired', async () => {
  expect(await ask()).toBe('NO_MATCHING_RULE')
  store.commit(`credential:${apiKey}`)
  clock.pass(1_000)
  store.onLoad = () => {
    store.onLoad = undefined
    clock.pass(2_500)
  }
  const consistency = { kind: 'fully-consistent' } as const
  const { decision } = await authorizer.authorize(question, { consistency })
  expect(decision.reason).toBe('KEY_EXPIRED')
})

it('an answer may be reused until its key expires, and no longer', async () => {
  await ask()
  clock.pass(500)
  const answer = await authorizer.authorize(question, { consistency: minimizeLatency })
  expect(answer.freshness?.validForMs).toBe(2_500)
})
