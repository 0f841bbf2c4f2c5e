import { aRule } from '../test/support/acts.js'
import type { Api } from '../test/support/api.js'
import { createRandom, pick } from '../test/support/random.js'
import { type Asked, Asker, askAll } from './support/asking.js'
import { insertKeys } from './support/bulk-keys.js'
import { type Backends, type Replicas, startBackends, startReplicas } from './support/replicas.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { quantile } from './support/rounds.js'

/**
 * Authorize from each tier, under writes, while Redis is killed, and in the first minute of a new
 * server. Prints, last, one JSON object with ratios to an answer from memory.
 */

const isShort = process.argv.includes('--short')
const keys = isShort ? 1_500 : 10_000
const firstMs = isShort ? 5_000 : 60_000

const random = createRandom(1)
const backends = await startBackends()
const replicas = await startReplicas({
  backends,
  count: 2,
  settings: { POSTERN_REDIS_URL: backends.redis.url },
})
try {
  await run(backends, replicas)
} finally {
  await replicas.stop()
  await backends.stop()
}

interface World {
  readonly owner: Api
  readonly policyId: string
  readonly secrets: readonly string[]
}

interface Result {
  readonly name: string
  readonly asked: readonly Asked[]
  /** Microseconds of the server's CPU for each answer; absent where others share it. */
  readonly cpuUs: number
}

async function run(backends: Backends, { addresses, databaseUrl, ...replicas }: Replicas) {
  const [owner] = replicas.owners
  if (!owner) throw new Error('a server was started')
  const world = await aWorld(owner, databaseUrl)
  const askers = addresses.map((address) => new Asker(address))
  const measured = async (name: string, index: number, act: (by: Asker) => Promise<Asked[]>) => {
    const cpu = async () =>
      (await replicas.readMetrics(index)).get('process_cpu_seconds_total') ?? 0
    const before = await cpu()
    const asker = askers[index]
    if (!asker) throw new Error('a server was started')
    const asked = await act(asker)
    return { name, asked, cpuUs: (((await cpu()) - before) * 1e6) / asked.length }
  }
  const { secrets } = world
  const some = secrets.slice(0, 50)
  // Warm code, not data: the first calls of a process cost what no later ones do.
  for (const asker of askers) await askAll(asker, Array(500).fill(some).flat().slice(0, 3_000))
  const results: Result[] = [
    await measured('from the store', 0, (by) => askAll(by, secrets.slice(50))),
    await measured('from Redis', 1, (by) => askAll(by, secrets.slice(50))),
    await measured('from memory', 1, (by) => askAll(by, secrets.slice(50))),
    await measured('from memory, 1 % writes', 0, (by) => underWrites(by, world, 0.01)),
    await measured('from memory, 10 % writes', 0, (by) => underWrites(by, world, 0.1)),
    await measured('Redis killed', 1, (by) => whileKilled(backends, () => askAll(by, secrets))),
  ]
  await backends.redis.restart()
  const first = await firstMoments(backends, { databaseUrl, secrets })
  for (const asker of askers) asker.close()
  report(results, first)
}

async function aWorld(owner: Api, databaseUrl: string): Promise<World> {
  const { id: application } = await owner.applications.createApplication({ name: 'bench' })
  const policy = await owner.policies.createPolicy({
    name: 'bench',
    principal: { $case: 'applicationId', value: application },
    rules: [aRule({ permissionSetNames: ['IAMReadOnly'] })],
  })
  const secrets = await insertKeys({ databaseUrl, application, count: keys })
  return { owner, policyId: policy.id, secrets }
}

/** Each write changes the policy that every answer here depends on. */
async function underWrites(by: Asker, world: World, share: number): Promise<Asked[]> {
  const { owner, policyId, secrets } = world
  const asked: Asked[] = []
  let left = Math.min(secrets.length, 4_000)
  const lane = async () => {
    while (left-- > 0) {
      if (random() >= share) asked.push(await by.ask(pick(random, secrets)))
      else {
        const rules = [aRule({ permissionSetNames: ['IAMReadOnly'] })]
        await owner.policies.setRules({ policyId, rules })
      }
    }
  }
  await Promise.all(Array.from({ length: 4 }, lane))
  return asked
}

async function whileKilled({ redis }: Backends, act: () => Promise<Asked[]>): Promise<Asked[]> {
  const acting = act()
  await redis.kill()
  return acting
}

/** A new server that is asked at once, about keys of which some are asked about much more often. */
async function firstMoments(
  backends: Backends,
  world: { readonly databaseUrl: string; readonly secrets: readonly string[] },
): Promise<Asked[]> {
  const started = await startReplicas({
    backends,
    count: 1,
    databaseUrl: world.databaseUrl,
    settings: { POSTERN_REDIS_URL: backends.redis.url },
  })
  const asker = new Asker(started.addresses[0] ?? '')
  const asked: Asked[] = []
  const endMs = performance.now() + firstMs
  const lane = async () => {
    while (performance.now() < endMs) {
      const index = Math.floor(random() ** 3 * world.secrets.length)
      asked.push(await asker.ask(world.secrets[index] ?? ''))
    }
  }
  await Promise.all([lane(), lane()])
  asker.close()
  await started.stop()
  return asked
}

function report(results: readonly Result[], first: readonly Asked[]): void {
  const latency = (asked: readonly Asked[]) =>
    [0.5, 0.99].map((share) =>
      quantile(
        asked.map(({ tookMs }) => tookMs),
        share,
      ).toFixed(2),
    )
  const fromMemory = (asked: readonly Asked[]) => {
    const share = asked.filter(({ tier }) => tier === 'memory').length / asked.length
    return `${(share * 100).toFixed(0)} %`
  }
  printMachine()
  printTable(
    ['Authorize', 'answers', 'p50 ms', 'p99 ms', 'CPU us for each, writes included', 'from memory'],
    results.map(({ name, asked, cpuUs }) => [
      name,
      String(asked.length),
      ...latency(asked),
      rounded(cpuUs),
      fromMemory(asked),
    ]),
  )
  const startMs = Math.min(...first.slice(0, 10).map(({ atMs }) => atMs))
  const edges = [0, 500, 1_000, 5_000, 20_000, 60_000].filter((ms) => ms <= firstMs)
  printTable(
    ['a new server, seconds', 'answers', 'p50 ms', 'p99 ms', 'from memory'],
    edges.slice(1).map((end, index) => {
      const begin = edges[index] ?? 0
      const within = first.filter(({ atMs }) => atMs - startMs >= begin && atMs - startMs < end)
      return [
        `${begin / 1_000} to ${end / 1_000}`,
        String(within.length),
        ...latency(within),
        fromMemory(within),
      ]
    }),
  )
  const p50 = (name: string) =>
    quantile(
      results.find((result) => result.name === name)?.asked.map(({ tookMs }) => tookMs) ?? [],
      0.5,
    )
  const ratio = (name: string) => Number((p50(name) / p50('from memory')).toFixed(2))
  console.log(
    JSON.stringify({
      redisOverMemory: ratio('from Redis'),
      storeOverMemory: ratio('from the store'),
      writes1OverMemory: ratio('from memory, 1 % writes'),
      writes10OverMemory: ratio('from memory, 10 % writes'),
      redisKilledOverMemory: ratio('Redis killed'),
    }),
  )
}
