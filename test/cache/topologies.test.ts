import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { AuthorizeRequest, Freshness_Tier } from '../../src/grpc/gen/postern/v1/authorization.js'
import { anAdministrator, describeAnswer } from '../support/acts.js'
import { createAuthority } from '../support/certificates.js'
import { freePort } from '../support/free-port.js'
import { createDatabase } from '../support/postgres-server.js'
import { type RedisServer, startRedis } from '../support/redis-server.js'
import { startReplica, startSystem, type TestSystem } from '../support/system.js'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function aRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const redis = await startRedis(settings)
  open.push(() => redis.stop())
  return redis
}

async function tierOf(server: TestSystem, apiKey: string): Promise<Freshness_Tier | undefined> {
  const parts = { apiKey, action: 'iam:group:list', resource: {} }
  const answer = await server
    .as('')
    .authorization.authorize(AuthorizeRequest.fromPartial(parts as object))
  expect(describeAnswer(answer)).toBe('allow RULE')
  return answer.freshness?.tier
}

/** What one server has read from the store, another finds there. */
async function expectSharing(settings: Readonly<Record<string, string>>): Promise<void> {
  const databaseUrl = await createDatabase(inject('postgresUrl'))
  const first = await startSystem({ POSTERN_DATABASE_URL: databaseUrl, ...settings })
  open.push(() => first.close())
  const { key } = await anAdministrator(first.owner, 'IAMReadOnly')
  // Connections to a set of servers take their time: what comes before them is not shared.
  await expect
    .poll(
      async () => {
        const reader = await startReplica(first, { POSTERN_DATABASE_URL: databaseUrl, ...settings })
        try {
          await tierOf(first, key)
          return await tierOf(reader, key)
        } finally {
          await reader.close()
        }
      },
      { timeout: 30_000 },
    )
    .toBe(Freshness_Tier.SHARED)
  expect(first.system.readiness().ready).toBe(true)
}

describe('servers share what they read', () => {
  it('through a Redis that demands a user and a password', async () => {
    const user = ['app', 'on', '>secret-of-app', '~postern:*', '&postern:*', '+@all']
    const redis = await aRedis(['--user', ...user, '--user', 'default', 'off'])
    await expectSharing({ POSTERN_REDIS_URL: `redis://app:secret-of-app@127.0.0.1:${redis.port}` })
  })

  it('through a Redis with TLS, and a password from a file', async () => {
    const plain = await aRedis(['--requirepass', 'secret-of-redis'])
    const { directory } = plain
    const authority = createAuthority('Redis')
    const { key, cert } = authority.issue('127.0.0.1')
    const files = { key, cert, ca: authority.cert }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
    writeFileSync(join(directory, 'password'), 'secret-of-redis\n', { mode: 0o600 })
    const file = (name: string) => join(directory, name)
    const tlsPort = await freePort()
    const secure = new Redis(plain.port, { password: 'secret-of-redis' })
    await secure.config('SET', 'tls-key-file', file('key'), 'tls-cert-file', file('cert'))
    await secure.config('SET', 'tls-ca-cert-file', file('ca'), 'tls-auth-clients', 'no')
    await secure.config('SET', 'tls-port', String(tlsPort))
    secure.disconnect()
    await expectSharing({
      POSTERN_REDIS_URL: `rediss://127.0.0.1:${tlsPort}`,
      POSTERN_REDIS_CA_FILE: file('ca'),
      POSTERN_REDIS_PASSWORD_FILE: file('password'),
    })
  })

  it('through the primary that Sentinels name', async () => {
    const primary = await aRedis()
    const sentinel = await aRedis()
    await sentinel.kill()
    const config = join(sentinel.directory, 'sentinel.conf')
    writeFileSync(config, `sentinel monitor main 127.0.0.1 ${primary.port} 1\n`)
    const watching = await startRedis([], { sentinelConfig: config, port: sentinel.port })
    open.push(() => watching.stop())
    await expectSharing({ POSTERN_REDIS_URL: `redis-sentinel://127.0.0.1:${watching.port}/main` })
  })

  it('through a cluster', async () => {
    const nodes = await Promise.all([0, 1, 2].map(() => aClusterNode()))
    await joinCluster(nodes)
    const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')
    await expectSharing({ POSTERN_REDIS_URL: `redis-cluster://${hosts}` })
  })
})

/** Nodes talk to each other 10,000 ports above, where there must be ports. */
async function aClusterNode(): Promise<RedisServer> {
  let port = await freePort()
  while (port > 55_535) port = await freePort()
  const redis = await startRedis(['--cluster-enabled', 'yes'], { port })
  open.push(() => redis.stop())
  return redis
}

/** Gives each node a third of the slots, and tells them of each other. */
async function joinCluster(nodes: readonly RedisServer[]): Promise<void> {
  const clients = nodes.map(({ port }) => new Redis(port))
  const [first] = nodes
  for (const [index, client] of clients.entries()) {
    const from = Math.floor((16_384 / nodes.length) * index)
    const to = Math.floor((16_384 / nodes.length) * (index + 1)) - 1
    await client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1))
    if (index > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', String(first?.port))
  }
  for (const client of clients) {
    const isReady = async () => String(await client.call('CLUSTER', 'INFO'))
    await expect.poll(isReady, { timeout: 20_000 }).toContain('cluster_state:ok')
    client.disconnect()
  }
}
