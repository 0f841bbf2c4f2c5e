import { status } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createPosternClient,
  type LeaseOptions,
  type PosternClient,
  type PosternError,
} from '../../src/client/client.js'
import { silenceMsMax } from '../../src/client/leases.js'
import { aKeyOf, anAdministrator, anApplication, fresh, grant } from '../support/acts.js'
import { ManualClock } from '../support/scripted-store.js'
import { startSystem, type TestSystem } from '../support/system.js'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.js'

describe.each(['on', 'off'])('answers under lease, with our own transport %s', (wire) => {
  let system: TestSystem
  let proxy: TcpProxy
  let watchKey: string
  let clock: ManualClock
  const clients: PosternClient[] = []

  beforeAll(async () => {
    system = await startSystem({ POSTERN_WIRE: wire })
    proxy = await startProxy(Number(system.address.split(':')[1]))
    watchKey = (await anAdministrator(system.owner, 'IAMManager')).key
  })
  afterAll(async () => {
    await proxy.close()
    await system.close()
  })
  beforeEach(() => {
    clock = new ManualClock()
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })

  function connect(leases: LeaseOptions | undefined = { watchKey }): PosternClient {
    const surroundings = {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => clock.wallMs(),
      alarm: (afterMs: number, ring: () => void) => clock.alarm(afterMs, ring),
      random: () => 0.5,
    }
    const address = `127.0.0.1:${proxy.port}`
    const client = createPosternClient({ address, timeoutMs: 1_000, leases }, surroundings)
    clients.push(client)
    return client
  }
  /** A reader's key, and how to end it. */
  async function aKey() {
    const { id } = await anAdministrator(system.owner, 'IAMReadOnly')
    const bearer = { $case: 'applicationId', value: id } as const
    const { secret, apiKey } = await system.owner.apiKeys.createApiKey({ bearer })
    const { accessKey = '' } = apiKey ?? {}
    const revoke = () => system.owner.apiKeys.deleteApiKey({ accessKey })
    return { question: { apiKey: secret, action: 'iam:group:list' }, revoke }
  }
  type Question = Parameters<PosternClient['authorize']>[0]
  const untilLeased = (client: PosternClient, question: Question) =>
    expect
      .poll(() => client.authorize(question), { timeout: 10_000, interval: 5 })
      .toMatchObject({ allowed: true, leased: true })
  const untilDenied = (client: PosternClient, question: Question) =>
    expect
      .poll(() => client.authorize(question), { timeout: 10_000, interval: 1 })
      .toMatchObject({ allowed: false, leased: false, reason: 'KEY_NOT_FOUND' })

  it('are given again without asking, and end with the key', async () => {
    const client = connect()
    const { question, revoke } = await aKey()
    await untilLeased(client, question)
    const before = system.system.statistics().answers
    expect(await client.authorize(question)).toMatchObject({ leased: true, reason: 'RULE' })
    expect(system.system.statistics().answers).toEqual(before)
    await revoke()
    await untilDenied(client, question)
  })

  it('are those of the whole question, asked together or not', async () => {
    const client = connect()
    const { question } = await aKey()
    await untilLeased(client, question)
    const questions = Array.from({ length: 20 }, (_, i) => ({
      ...question,
      resource: { id: `${i}` },
    }))
    const ask = () => Promise.all(questions.map((each) => client.authorize(each)))
    expect((await ask()).some(({ leased }) => leased)).toBe(false)
    expect((await ask()).every(({ leased, allowed }) => leased && allowed)).toBe(true)
    const other = { ...question, request: { ip: '192.0.2.1' } }
    expect((await client.authorize(other)).leased).toBe(false)
  })

  it('are none where the clock may change the answer', async () => {
    const client = connect()
    const { question } = await aKey()
    const { id } = await anApplication(system.owner)
    const condition = 'request.time > timestamp("2020-01-01T00:00:00Z")'
    await grant(system.owner, id, { permissionSetNames: ['IAMReadOnly'], condition })
    const timed = { ...question, apiKey: await aKeyOf(system.owner, id) }
    await untilLeased(client, question)
    for (let times = 0; times < 3; times++) {
      expect(await client.authorize(timed)).toMatchObject({ allowed: true, leased: false })
    }
  })

  it('end by the clock when nobody can tell any more', async () => {
    const client = connect()
    const { question, revoke } = await aKey()
    await untilLeased(client, question)
    proxy.setWeather({ kind: 'freeze' })
    await revoke()
    clock.pass(silenceMsMax / 2)
    const late = await client.authorize(question).catch((error: PosternError) => error.code)
    // The last that came through may have been some time old.
    if (late !== status.DEADLINE_EXCEEDED) expect(late).toMatchObject({ leased: true })
    clock.pass(silenceMsMax / 2)
    expect(await client.allows(question)).toBe(false)
    proxy.setWeather({ kind: 'pass' })
    await untilDenied(client, question)
  })

  it('are forgotten at once when the watch breaks, and kept again after it is mended', async () => {
    const lost: number[] = []
    const client = connect({ watchKey, onLost: ({ code }) => lost.push(code) })
    const { question } = await aKey()
    await untilLeased(client, question)
    proxy.cut()
    await expect.poll(() => lost).toEqual([status.UNAVAILABLE])
    for (let times = 0; times < 3; times++) {
      await expect
        .poll(() => client.authorize(question).catch(() => undefined))
        .toMatchObject({ allowed: true, leased: false })
    }
    clock.pass(1_000)
    await untilLeased(client, question)
  })

  it('are none for who may not watch', async () => {
    const lost: PosternError[] = []
    const { key } = await anApplication(system.owner)
    const client = connect({ watchKey: key, onLost: (error) => lost.push(error) })
    const { question } = await aKey()
    await expect.poll(() => lost).toHaveLength(1)
    expect(lost[0]).toMatchObject({ code: status.PERMISSION_DENIED })
    for (let times = 0; times < 2; times++) {
      expect(await client.authorize(question)).toMatchObject({ allowed: true, leased: false })
    }
  })

  it('about another organization end with any change at all', async () => {
    const client = connect()
    const other = await system.owner.organizations.createOrganization({
      name: 'Other',
      ownerEmail: `${fresh('other')}@other.example`,
    })
    const question = { apiKey: other.ownerApiKey, action: 'iam:group:list' }
    await untilLeased(client, question)
    await system.as(other.ownerApiKey).groups.createGroup({ name: 'theirs' })
    await expect
      .poll(() => client.authorize(question), { timeout: 10_000, interval: 1 })
      .toMatchObject({ leased: false })
  })
})
