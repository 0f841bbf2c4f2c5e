import { Redis } from 'ioredis'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { AuthorizeRequest, Freshness_Tier } from '../../src/grpc/gen/postern/v1/authorization.js'
import { anApplication, aRule, describeAnswer, fresh } from '../support/acts.js'
import type { Api } from '../support/api.js'
import { createDatabase } from '../support/postgres-server.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { startReplica, startSystem, type TestSystem } from '../support/system.js'

const action = 'iam:group:list'
const fullyConsistent = { requirement: { $case: 'fullyConsistent', value: true } } as const

/** What the tests open, closed in reverse. */
const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function aRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const redis = await startRedis(settings)
  open.push(() => redis.stop())
  return redis
}

async function aStore(): Promise<string> {
  return createDatabase(inject('postgresUrl'))
}

/** Looks at the log by itself every 10 s only: what it knows sooner, it was told. */
function settingsOf(databaseUrl: string, redisUrl: string) {
  return {
    POSTERN_DATABASE_URL: databaseUrl,
    POSTERN_REDIS_URL: redisUrl,
    POSTERN_FEED_INTERVAL: '10s',
    POSTERN_STALENESS_BOUND: '300s',
  }
}

async function aServer(settings: Record<string, string>): Promise<TestSystem> {
  const system = await startSystem(settings)
  open.push(() => system.close())
  return system
}

async function aReplica(of: TestSystem, settings: Record<string, string>): Promise<TestSystem> {
  const system = await startReplica(of, settings)
  open.push(() => system.close())
  return system
}

async function ask(api: Api, apiKey: string, more: Partial<AuthorizeRequest> = {}) {
  const request = { ...AuthorizeRequest.fromPartial({ apiKey, action, resource: {} }), ...more }
  const answer = await api.authorization.authorize(request)
  return { answer: describeAnswer(answer), tier: answer.freshness?.tier }
}

/** An application that may list groups, and its key. */
async function anAllowedKey(owner: Api) {
  const { id, key } = await anApplication(owner)
  const policy = await owner.policies.createPolicy({
    name: fresh('policy'),
    principal: { $case: 'applicationId', value: id },
    rules: [aRule({ permissionSetNames: ['IAMReadOnly'] })],
  })
  return { id, key, policyId: policy.id }
}

function warnings({ logged }: TestSystem): string[] {
  return logged.map((line) => `${(JSON.parse(line) as { why?: string }).why}`)
}

describe('two servers that share a Redis', () => {
  let redis: RedisServer
  let settings: Record<string, string>
  let first: TestSystem

  beforeEach(async () => {
    redis = await aRedis()
    settings = settingsOf(await aStore(), redis.url)
    first = await aServer(settings)
  })

  it('read there what the other has read from the store', async () => {
    const { key } = await anAllowedKey(first.owner)
    expect(await ask(first.as(''), key)).toEqual({
      answer: 'allow RULE',
      tier: Freshness_Tier.STORE,
    })
    const second = await aReplica(first, settings)
    expect(await ask(second.as(''), key)).toEqual({
      answer: 'allow RULE',
      tier: Freshness_Tier.SHARED,
    })
    expect((await ask(second.as(''), key)).tier).toBe(Freshness_Tier.MEMORY)
  })

  it('tell each other of a revocation at once', async () => {
    const second = await aReplica(first, settings)
    const { key, policyId } = await anAllowedKey(first.owner)
    await ask(second.as(''), key, { consistency: fullyConsistent })
    const { promise, applied } = nextRevision(second)
    await first.owner.policies.deletePolicy({ policyId })
    await promise
    expect(applied()).toBe(true)
    expect((await ask(second.as(''), key)).answer).toBe('deny NO_MATCHING_RULE')
  })

  it('do not believe what it kept from before a change', async () => {
    const { key, policyId } = await anAllowedKey(first.owner)
    await ask(first.as(''), key)
    await first.owner.policies.deletePolicy({ policyId })
    const second = await aReplica(first, settings)
    expect((await ask(second.as(''), key)).answer).toBe('deny NO_MATCHING_RULE')
    const { refusedFills } = second.system.statistics()
    expect(refusedFills.shared).toBeGreaterThan(0)
  })

  it('do not believe an attacker who edits it by hand', async () => {
    const { key } = await anAllowedKey(first.owner)
    const { key: poor } = await anApplication(first.owner)
    await ask(first.as(''), key)
    expect((await ask(first.as(''), poor)).answer).toBe('deny NO_MATCHING_RULE')
    await poison(redis)
    const second = await aReplica(first, settings)
    expect((await ask(second.as(''), poor)).answer).toBe('deny NO_MATCHING_RULE')
    expect((await ask(second.as(''), key)).answer).toBe('allow RULE')
    expect(second.system.statistics().forgedEntries).toBeGreaterThan(3)
    expect(warnings(second).filter((text) => /somebody edits it/.test(text))).toHaveLength(1)
  })

  it('answer on while it is dead, frozen, and back with nothing', async () => {
    const { key } = await anAllowedKey(first.owner)
    await ask(first.as(''), key)
    redis.signal('SIGSTOP')
    const another = await anAllowedKey(first.owner)
    for (const each of [key, another.key]) {
      expect((await ask(first.as(''), each)).answer).toBe('allow RULE')
    }
    await redis.kill()
    await first.owner.policies.deletePolicy({ policyId: another.policyId })
    expect((await ask(first.as(''), another.key)).answer).toBe('deny NO_MATCHING_RULE')
    expect((await ask(first.as(''), key)).answer).toBe('allow RULE')
    expect(first.system.readiness()).toMatchObject({ ready: true })
    expect(first.system.readiness().degradations).not.toEqual([])
    await redis.restart()
    expect((await ask(first.as(''), key)).answer).toBe('allow RULE')
  })

  it('do not believe one that comes back as it was before a revocation', async () => {
    const { key, policyId } = await anAllowedKey(first.owner)
    await ask(first.as(''), key)
    const client = new Redis(redis.port)
    await client.save()
    client.disconnect()
    await first.owner.policies.deletePolicy({ policyId })
    await redis.kill()
    await redis.restart()
    const second = await aReplica(first, settings)
    for (const server of [first, second]) {
      expect((await ask(server.as(''), key)).answer).toBe('deny NO_MATCHING_RULE')
    }
  })
})

/** Resolves when the server has applied a revision more than it has now. */
function nextRevision({ system }: TestSystem) {
  const before = system.statistics().revision
  const applied = () => system.statistics().revision > before
  const promise = new Promise<void>((resolve) => {
    const look = () => (applied() ? resolve() : setImmediate(look))
    look()
  })
  return { promise, applied }
}

/** Puts a bundle that grants everything under every name, and every value under another's name. */
async function poison({ port }: RedisServer): Promise<void> {
  const client = new Redis(port)
  const names = await client.keys('postern:*')
  const values = await Promise.all(names.map((name) => client.getBuffer(name)))
  const everything = JSON.stringify([{ id: 'p', rules: [{ effect: 'allow', permissions: ['*'] }] }])
  for (const [index, name] of names.entries()) {
    const genuine = values[index]
    const other = values[(index + 1) % names.length]
    const forged = Buffer.concat([
      genuine?.subarray(0, 17) ?? Buffer.alloc(17),
      Buffer.from(everything),
      genuine?.subarray(-16) ?? Buffer.alloc(16),
    ])
    await client.set(name, index % 2 === 0 ? forged : (other ?? forged))
  }
  client.disconnect()
}

describe('a Redis that is of no use is told of once, and changes no decision:', () => {
  it('one with another password', async () => {
    const redis = await aRedis(['--requirepass', 'right'])
    const url = redis.url.replace('//', '//:secret-but-wrong@')
    const server = await aServer(settingsOf(await aStore(), url))
    await decideRightly(server)
    expect(warnings(server).filter((text) => /WRONGPASS/.test(text)).length).toBeGreaterThan(0)
    expectFewWarnings(server)
    expect(server.logged.join('')).not.toContain('secret-but-wrong')
  })

  it('one that may only be read', async () => {
    const primary = await aRedis()
    const replica = await aRedis(['--replicaof', `127.0.0.1 ${primary.port}`])
    const server = await aServer(settingsOf(await aStore(), replica.url))
    await decideRightly(server)
    expect(warnings(server).filter((text) => /READONLY/.test(text))).toHaveLength(1)
    expectFewWarnings(server)
  })

  it('one that is full', async () => {
    const redis = await aRedis(['--maxmemory', '1mb', '--maxmemory-policy', 'noeviction'])
    const server = await aServer(settingsOf(await aStore(), redis.url))
    await decideRightly(server)
    expect(warnings(server).filter((text) => /OOM/.test(text))).toHaveLength(1)
    expectFewWarnings(server)
  })

  it('one that is no Redis', async () => {
    const url = inject('postgresUrl')
      .replace(/^postgres.*@/, 'redis://')
      .replace(/\/[^/]*$/, '')
    const server = await aServer(settingsOf(await aStore(), url))
    await decideRightly(server)
    expectFewWarnings(server)
  })

  it('one that is not there', async () => {
    const redis = await aRedis()
    await redis.kill()
    const server = await aServer(settingsOf(await aStore(), redis.url))
    await decideRightly(server)
    // Once for each of the two connections.
    expect(warnings(server).filter((text) => /ECONNREFUSED/.test(text))).toHaveLength(2)
    expectFewWarnings(server)
  })

  it("one that holds another store's data, and things that are no entries", async () => {
    const redis = await aRedis()
    const other = await aServer(settingsOf(await aStore(), redis.url))
    await decideRightly(other)
    const server = await aServer(settingsOf(await aStore(), redis.url))
    await decideRightly(server)
    const client = new Redis(redis.port)
    for (const name of await client.keys('postern:*')) {
      await client.del(name)
      await client.lpush(name, 'not a string')
    }
    client.disconnect()
    await decideRightly(server)
    await decideRightly(other)
    expectFewWarnings(server)
  })
})

async function decideRightly(server: TestSystem): Promise<void> {
  for (let i = 0; i < 5; i++) {
    const { key, policyId } = await anAllowedKey(server.owner)
    expect((await ask(server.as(''), key)).answer).toBe('allow RULE')
    await server.owner.policies.deletePolicy({ policyId })
    expect((await ask(server.as(''), key)).answer).toBe('deny NO_MATCHING_RULE')
  }
  expect((await ask(server.as(''), 'pst_garbage')).answer).toBe('deny KEY_MALFORMED')
}

/** What is wrong, and perhaps that it is closed because of that: not once for each question. */
function expectFewWarnings(server: TestSystem): void {
  expect(new Set(server.logged).size).toBeLessThanOrEqual(6)
}
