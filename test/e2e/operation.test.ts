import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { anAdministrator, ask } from '../support/acts.js'
import { createDatabase, type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { startReplica, startSystem, type TestSystem } from '../support/system.js'

const httpOn = { POSTERN_HTTP_LISTEN: '127.0.0.1:0' }

async function get({ system }: TestSystem, path: string) {
  const response = await fetch(`http://${system.httpAddress}${path}`)
  return { status: response.status, text: await response.text() }
}

/** The value of one line of the metrics. */
async function metric(server: TestSystem, line: string): Promise<number> {
  const { text } = await get(server, '/metrics')
  const found = text.split('\n').find((each) => each.startsWith(`${line} `))
  return Number(found?.slice(line.length + 1))
}

describe('who operates a server', () => {
  let server: TestSystem
  let other: TestSystem
  beforeAll(async () => {
    const settings = {
      ...httpOn,
      POSTERN_DATABASE_URL: await createDatabase(inject('postgresUrl')),
    }
    server = await startSystem(settings)
    other = await startReplica(server, settings)
  })
  afterAll(async () => {
    await other.close()
    await server.close()
  })

  it('is told that it lives, and that it is ready', async () => {
    expect(await get(server, '/livez')).toEqual({ status: 200, text: '{"status":"alive"}' })
    const ready = await get(server, '/readyz')
    expect(ready.status).toBe(200)
    expect(JSON.parse(ready.text)).toEqual({ status: 'ready', reasons: [], degradations: [] })
    expect((await get(server, '/nothing')).status).toBe(404)
  })

  it('sees where decisions came from, and how old what it knows is', async () => {
    const { key } = await anAdministrator(server.owner, 'IAMReadOnly')
    const question = { action: 'iam:group:list' }
    const before = await metric(server, 'postern_decisions_total{tier="memory"}')
    await ask(server.as(''), key, question)
    await ask(server.as(''), key, question)
    const after = await metric(server, 'postern_decisions_total{tier="memory"}')
    expect(after).toBe(before + 1)
    expect(await metric(server, 'postern_decisions_total{tier="store"}')).toBeGreaterThan(0)
    expect(await metric(server, 'postern_verified_age_seconds')).toBeLessThan(5)
    expect(await metric(server, 'postern_ready')).toBe(1)
  })

  it('sees on other servers how late revisions get there', async () => {
    const count = 'postern_revision_propagation_seconds_count'
    const before = await metric(other, count)
    await server.owner.projects.createProject({ name: 'seen-elsewhere' })
    await expect.poll(() => metric(other, count)).toBeGreaterThan(before)
  })

  it('finds no secret in what it sees', async () => {
    const { key } = await anAdministrator(server.owner, 'IAMReadOnly')
    await ask(server.as(''), key, { action: 'iam:group:list' })
    const { text } = await get(server, '/metrics')
    expect(text).not.toContain(key.slice(4))
    expect(server.logged.join('')).not.toContain(key.slice(4))
  })
})

describe('a server that has lost its store', () => {
  let postgres: PostgresServer
  let server: TestSystem
  beforeAll(async () => {
    postgres = await startPostgres()
    server = await startSystem({
      ...httpOn,
      POSTERN_DATABASE_URL: postgres.url,
      POSTERN_STALENESS_BOUND: '1s',
    })
  })
  afterAll(async () => {
    await server.close()
    await postgres.stop()
  })

  it('says that it is not ready and why, and that it is once the store is back', async () => {
    await postgres.crash()
    const readiness = async () => JSON.parse((await get(server, '/readyz')).text)
    await expect.poll(readiness, { timeout: 20_000 }).toMatchObject({
      status: 'not ready',
      reasons: [expect.stringMatching(/^change log: /)],
    })
    expect((await get(server, '/livez')).status).toBe(200)
    expect(await metric(server, 'postern_ready')).toBe(0)
    await postgres.restart()
    await expect.poll(readiness, { timeout: 20_000 }).toMatchObject({ status: 'ready' })
  })
})
