import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import {
  AuthorizeRequest,
  type Consistency,
  Freshness_Tier,
  Resource,
} from '../../src/grpc/gen/postern/v1/authorization.js'
import { anApplication, aRule, describeAnswer, fresh } from '../support/acts.js'
import { type Api, connect, refusalOf } from '../support/api.js'
import { createDatabase, execute } from '../support/postgres-server.js'
import { type ServerProcess, startServer } from '../support/server-process.js'
import { isChange, reaches, startWatch } from '../support/watch.js'

const fullyConsistent = { requirement: { $case: 'fullyConsistent', value: true } } as const

const ask = async (api: Api, apiKey: string, consistency?: Consistency) =>
  api.authorization.authorize({
    ...AuthorizeRequest.fromPartial({ apiKey, action: 'iam:group:list' }),
    resource: Resource.fromPartial({}),
    consistency,
  })

/** Two servers on one PostgreSQL, which hardly ever look at its log by themselves. */
describe('replicas', () => {
  let databaseUrl: string
  let servers: ServerProcess[]
  let closers: (() => void)[]
  let ownerKey: string
  let left: Api
  let right: Api

  beforeAll(async () => {
    databaseUrl = await createDatabase(inject('postgresUrl'))
    const settings = {
      POSTERN_DATABASE_URL: databaseUrl,
      POSTERN_PEPPER: 'a pepper that only tests ever use',
      POSTERN_FEED_INTERVAL: '10s',
      POSTERN_STALENESS_BOUND: '300s',
    }
    const first = await (await startServer(settings)).kill('SIGTERM')
    ownerKey = /pst_[0-9A-Za-z]{33}/.exec(first.stdout)?.[0] ?? ''
    servers = await Promise.all([startServer(settings), startServer(settings)])
    const connections = servers.map((server) => connect(server.address))
    closers = connections.map((connection) => () => connection.close())
    const [one, other] = connections.map((connection) => connection.as(ownerKey))
    if (!one || !other) throw new Error('two servers were started')
    left = one
    right = other
  })
  afterAll(async () => {
    for (const close of closers) close()
    await Promise.all(servers.map((server) => server.kill('SIGTERM')))
  })

  /** An application that both replicas have allowed, from memory. */
  const aKnownKey = async () => {
    const { id, key } = await anApplication(left)
    const policy = await left.policies.createPolicy({
      name: fresh('policy'),
      principal: { $case: 'applicationId', value: id },
      rules: [aRule({ permissionSetNames: ['IAMReadOnly'] })],
    })
    for (const api of [left, right]) {
      await ask(api, key, fullyConsistent)
      const warm = await ask(api, key)
      expect(describeAnswer(warm)).toBe('allow RULE')
      expect(warm.freshness?.tier).toBe(Freshness_Tier.MEMORY)
    }
    return { key, policyId: policy.id }
  }

  it('tell those who watch the one of what was written at the other', async () => {
    const watch = startWatch(servers[1]?.address ?? '', ownerKey)
    await watch.until(() => true)
    const { revision } = await left.groups.createGroup({ name: fresh('group') })
    await watch.until((told) => isChange(told) && reaches(revision)(told))
    watch.cancel()
  })

  it('that wrote reads its own write at once', async () => {
    const { key, policyId } = await aKnownKey()
    await left.policies.deletePolicy({ policyId })
    expect(describeAnswer(await ask(left, key))).toBe('deny NO_MATCHING_RULE')
  })

  it('that did not write reads it with the revision that the writer was given', async () => {
    const { key, policyId } = await aKnownKey()
    const { revision } = await left.policies.deletePolicy({ policyId })
    const requirement = { $case: 'atLeastAsFresh', value: revision } as const
    const answer = await ask(right, key, { requirement })
    expect(describeAnswer(answer)).toBe('deny NO_MATCHING_RULE')
    expect(answer.revision).toBe(revision)
  })

  it('that did not write reads it when fully consistent', async () => {
    const { key, policyId } = await aKnownKey()
    await left.policies.deletePolicy({ policyId })
    const answer = await ask(right, key, fullyConsistent)
    expect(describeAnswer(answer)).toBe('deny NO_MATCHING_RULE')
  })

  it('never mixes states: a key and a policy changed apart are seen in order', async () => {
    const { key, policyId } = await aKnownKey()
    await left.policies.setRules({ policyId, rules: [] })
    const { revision } = await left.policies.setRules({
      policyId,
      rules: [aRule({ permissionSetNames: ['IAMGroupReadOnly'] })],
    })
    const requirement = { $case: 'atLeastAsFresh', value: revision } as const
    expect(describeAnswer(await ask(right, key, { requirement }))).toBe('allow RULE')
  })

  it('refuses a revision that is none, and one that there is not', async () => {
    const { key } = await aKnownKey()
    const malformed = { requirement: { $case: 'atLeastAsFresh', value: 'pr1.nonsense' } } as const
    expect(await refusalOf(ask(left, key, malformed))).toMatchObject({ reason: 'TOKEN_MALFORMED' })
    const { revision } = await left.organizations.getOrganization()
    const bytes = Buffer.from(revision.slice(4), 'base64url')
    bytes.writeBigUInt64BE(1_000_000n, 8)
    const value = `pr1.${bytes.toString('base64url')}`
    const future = { requirement: { $case: 'atLeastAsFresh', value } } as const
    expect(await refusalOf(ask(left, key, future))).toMatchObject({ reason: 'TOKEN_FROM_FUTURE' })
  })

  it('forgets everything when the store becomes another', async () => {
    const { key, policyId } = await aKnownKey()
    await execute(databaseUrl, `delete from policies where id = '${policyId}'`)
    expect(describeAnswer(await ask(right, key))).toBe('allow RULE')
    await execute(databaseUrl, "update store_head set epoch = '00000000000000ff'")
    const answer = await ask(right, key, fullyConsistent)
    expect(describeAnswer(answer)).toBe('deny NO_MATCHING_RULE')
  })
})
