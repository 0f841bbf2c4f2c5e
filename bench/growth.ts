import { setTimeout as after } from 'node:timers/promises'
import { execute } from '../test/support/postgres-server.js'
import { growKeys, type KeysResult } from './support/grow-keys.js'
import { type Backends, type Replicas, startBackends, startReplicas } from './support/replicas.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { quantile } from './support/rounds.js'

/**
 * What more keys and more servers cost: latency and memory with ever more keys in the store, and
 * readings of its log with ever more servers. Prints, last, one JSON object.
 */

const isShort = process.argv.includes('--short')
const counts = [1, 2, 4, 8]
const watchMs = isShort ? 2_000 : 10_000

// Each server that is started is to be ended with this process.
process.setMaxListeners(50)
const backends = await startBackends()
try {
  const growth = await growKeys(backends, { isShort })
  const servers = await growServers(backends)
  report(growth, servers)
} finally {
  await backends.stop()
}

interface ServersResult {
  readonly servers: number
  readonly readingsPerSecond: number
  /** As PostgreSQL counts them: readings, and whatever else the servers do by themselves. */
  readonly transactionsPerSecond: number
  /** Of one server, at rest, as a share of one core. */
  readonly cpuShare: number
}

async function growServers(backends: Backends): Promise<ServersResult[]> {
  const results: ServersResult[] = []
  for (const count of counts) {
    const replicas = await startReplicas({ backends, count })
    await after(1_500)
    results.push(await watch(replicas, count))
    await replicas.stop()
  }
  return results
}

async function watch(replicas: Replicas, servers: number): Promise<ServersResult> {
  const look = async () => {
    const metrics = await Promise.all(
      Array.from({ length: servers }, (_, index) => replicas.readMetrics(index)),
    )
    const sum = (name: string) => metrics.reduce((total, each) => total + (each.get(name) ?? 0), 0)
    return {
      readings: sum('postern_feed_readings_total'),
      cpuSeconds: sum('process_cpu_seconds_total'),
      transactions: await countTransactions(replicas.databaseUrl),
      atMs: performance.now(),
    }
  }
  const before = await look()
  await after(watchMs)
  const now = await look()
  const seconds = (now.atMs - before.atMs) / 1_000
  return {
    servers,
    readingsPerSecond: (now.readings - before.readings) / seconds,
    transactionsPerSecond: (now.transactions - before.transactions) / seconds,
    cpuShare: (now.cpuSeconds - before.cpuSeconds) / seconds / servers,
  }
}

async function countTransactions(databaseUrl: string): Promise<number> {
  // Connections report what they did about once a second.
  await after(1_100)
  const statement =
    'select (xact_commit + xact_rollback)::int as count from pg_stat_database where datname = current_database()'
  const [row] = (await execute(databaseUrl, statement)) as { count: number }[]
  return row?.count ?? Number.NaN
}

function report(growth: readonly KeysResult[], servers: readonly ServersResult[]): void {
  const latency = (ms: readonly number[]) =>
    [0.5, 0.99].map((share) => quantile(ms, share).toFixed(2))
  printMachine()
  printTable(
    [
      'keys in the store',
      'store p50 ms',
      'store p99 ms',
      'memory p50 ms',
      'memory p99 ms',
      'bytes of a key, estimated',
      'bytes of a key, resident',
    ],
    growth.map((each) => [
      each.keys.toLocaleString('en-US'),
      ...latency(each.fromStoreMs),
      ...latency(each.fromMemoryMs),
      rounded(each.bytesOfEach),
      rounded(each.residentOfEach),
    ]),
  )
  printTable(
    ['servers', 'readings/s', 'transactions/s in PostgreSQL', 'CPU of one, at rest'],
    servers.map((each) => [
      String(each.servers),
      each.readingsPerSecond.toFixed(1),
      each.transactionsPerSecond.toFixed(1),
      `${(each.cpuShare * 100).toFixed(1)} %`,
    ]),
  )
  const median = (of: keyof Pick<KeysResult, 'fromStoreMs' | 'fromMemoryMs'>, index: number) =>
    quantile(growth.at(index)?.[of] ?? [], 0.5)
  const ratio = (of: 'fromStoreMs' | 'fromMemoryMs') =>
    Number((median(of, -1) / median(of, 0)).toFixed(2))
  console.log(
    JSON.stringify({
      keysMax: growth.at(-1)?.keys,
      storeCostRatio: ratio('fromStoreMs'),
      memoryCostRatio: ratio('fromMemoryMs'),
      bytesOfEachKey: Math.round(growth.at(-1)?.bytesOfEach ?? Number.NaN),
      readingsPerSecondOfEachServer: Number(
        ((servers.at(-1)?.readingsPerSecond ?? Number.NaN) / (counts.at(-1) ?? 1)).toFixed(1),
      ),
    }),
  )
}
