import { Errors } from '@scaleway/sdk-client'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { ask } from '../support/acts.js'
import { refusalOf } from '../support/api.js'
import { createDatabase } from '../support/postgres-server.js'
import { type RestSystem, startRest } from '../support/scaleway.js'
import { startProxy } from '../support/tcp-proxy.js'

let url: string
let rest: RestSystem
beforeAll(async () => {
  url = await createDatabase(inject('postgresUrl'))
  rest = await startRest({ POSTERN_DATABASE_URL: url, POSTERN_ADMIN_CONCURRENCY: '2' })
})
afterAll(() => rest.close())

/** Makes every write to an organization wait while `work` runs. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  const rival = new pg.Client({ connectionString: url })
  await rival.connect()
  try {
    await rival.query('begin')
    await rival.query('select * from organizations for update')
    return await work()
  } finally {
    await rival.end()
  }
}

/** Rejects as the first of them that does; those that succeed say nothing. */
function firstRefusal(calls: readonly Promise<unknown>[]): Promise<unknown> {
  return new Promise((resolve) => {
    for (const call of calls) call.catch(resolve)
  })
}

it('TooManyRequestsError for a call beside as many as may be under way, which go on', async () => {
  const { iam } = rest.owner
  const calls = await whileLocked(async () => {
    const under = ['a', 'b', 'c'].map((name) => iam.createGroup({ name, description: '' }))
    const refused = await firstRefusal(under)
    expect(refused).toBeInstanceOf(Errors.TooManyRequestsError)
    expect(refused).toMatchObject({
      status: 429,
      limit: { quota: 2 },
      resetSeconds: 1,
      helpMessage: '2 calls that need the store are under way: call again in a moment',
    })
    // Over any face, what only reads too.
    const answer = await rest.send('GET', '/iam/v1alpha1/groups')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1'])
    const { apiKeys, users } = rest.system.owner
    expect(await refusalOf(apiKeys.listApiKeys())).toMatchObject({ reason: 'TOO_MANY_CALLS' })
    const enroll = users.enroll({ token: 'pst_x' })
    expect(await refusalOf(enroll)).toMatchObject({ reason: 'TOO_MANY_CALLS' })
    // Decisions are not among them.
    expect(await ask(rest.system.owner, rest.secret, { action: 'a' })).toBe('allow OWNER')
    return under
  })
  const settled = await Promise.allSettled(calls)
  expect(settled.filter((each) => each.status === 'fulfilled')).toHaveLength(2)
  expect((await iam.listGroups({}).all()).length).toBe(4)
})

/** Makes PostgreSQL say what it says when its disk is full, wherever a group is to be written. */
const fullDisk = `
  create function no_room() returns trigger language plpgsql as $$ begin
    raise exception 'could not extend file: No space left on device' using errcode = 'disk_full';
  end $$;
  create trigger no_room before insert on groups execute function no_room();`

it('OutOfStockError when the store has no room for what is written, and nothing is', async () => {
  const { iam } = rest.owner
  const before = (await iam.listGroups({}).all()).length
  const database = new pg.Client({ connectionString: url })
  await database.connect()
  try {
    await database.query(fullDisk)
    const made = iam.createGroup({ name: 'large', description: '' })
    const error = await made.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Errors.OutOfStockError)
    expect(error).toMatchObject({ status: 503, resource: 'storage' })
    expect((await iam.listGroups({}).all()).length).toBe(before)
  } finally {
    await database.query('drop trigger no_room on groups; drop function no_room()')
    await database.end()
  }
  expect((await iam.createGroup({ name: 'large', description: '' })).name).toBe('large')
})

it('ScalewayError that says so, and no OutOfStockError, while the store cannot be reached', async () => {
  const direct = new URL(await createDatabase(inject('postgresUrl')))
  const network = await startProxy(Number(direct.port))
  direct.port = String(network.port)
  const cutOff = await startRest({ POSTERN_DATABASE_URL: direct.href })
  try {
    expect((await cutOff.owner.iam.listGroups({}).all()).length).toBe(2)
    network.setWeather({ kind: 'babble', text: 'no such host' })
    network.cut()
    const error = await cutOff.owner.iam.listGroups({}).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Errors.ScalewayError)
    expect(error).toMatchObject({
      name: 'ScalewayError',
      status: 503,
      body: { type: 'unavailable', reason: 'store_unreachable' },
    })
    const answer = await cutOff.send('GET', '/iam/v1alpha1/groups')
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  } finally {
    await cutOff.close()
    await network.close()
  }
})
