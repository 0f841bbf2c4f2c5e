import { availableParallelism } from 'node:os'
import { Decider } from '../src/domain/evaluate.js'
import { factsWith, questions, rulesOf } from './support/evaluated-world.js'
import { growKeys } from './support/grow-keys.js'
import { h2load } from './support/h2load.js'
import { withPostern } from './support/open-postern.js'
import { loadCore } from './support/pinned.js'
import { plotBars } from './support/plot.js'
import { startBackends } from './support/replicas.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { inTurns, median, quantile } from './support/rounds.js'
import { startServed } from './support/served.js'
import { nsOfEach } from './support/timing.js'
import { aWorldOf20Rules, toBytes } from './support/world.js'

/**
 * What more costs: more rules of a principal, more connections, more workers, more keys in the
 * store. Prints, last, one JSON object.
 */

const isShort = process.argv.includes('--short')
const rounds = isShort ? 3 : 9
const path = '/postern.v1.AuthorizationService/Authorize'

printMachine()
const rulesCostRatio = await growRules()
const connectionsCostRatio = await growConnections()
const backends = await startBackends()
try {
  const workersGain = await growWorkers()
  const keysCostRatio = await growStoredKeys()
  console.log(JSON.stringify({ rulesCostRatio, connectionsCostRatio, workersGain, keysCostRatio }))
} finally {
  await backends.stop()
}

/** Of a decision in process; answers what 10,000 rules cost over 20. */
async function growRules(): Promise<number> {
  const calls = isShort ? 200_000 : 500_000
  const turns = Object.fromEntries(
    [1, 20, 100, 1_000, 10_000].map((size) => {
      const facts = factsWith(rulesOf(size))
      const decider = new Decider(facts)
      const decide = () => {
        for (const question of questions) {
          const { effect } = decider.decide(question, facts.projectOrganizationId, 0)
          if (effect !== 'allow') throw new Error('the question must be allowed')
        }
      }
      return [size, () => nsOfEach(calls / questions.length, decide) / questions.length]
    }),
  )
  for (const warmUp of Object.values(turns)) warmUp()
  const ns: Record<string, number> = await inTurns(turns, 3 * rounds)
  printTable(
    ['rules of the principal', 'ns for each decision'],
    Object.entries(ns).map(([size, each]) => [size, rounded(each)]),
  )
  if (!isShort) {
    plotBars('rules', {
      title: 'A decision in process, by rules of the principal',
      unit: 'ns',
      bars: Object.entries(ns).map(([size, value]) => ({ label: `postern, ${size} rules`, value })),
    })
  }
  return ratio(ns['10000'], ns['20'])
}

/** Of unary calls with one in flight on each; answers what a call costs on 1,000 over 10. */
async function growConnections(): Promise<number> {
  const counts = [1, 10, 100, 1_000]
  const calls = isShort ? 20_000 : 100_000
  const cpuUs = await withPostern(async (postern) => {
    const message = toBytes(await aWorldOf20Rules(postern))
    const load = (connections: number) => async () => {
      const shape = { connections, inFlight: 1, calls: Math.max(calls, 10 * connections) }
      return (await h2load(postern, shape, { path, message, core: loadCore })).cpuUsPerCall
    }
    const turns = Object.fromEntries(counts.map((count) => [count, load(count)]))
    for (const warmUp of Object.values(turns)) await warmUp()
    return (await inTurns(turns, rounds)) as Record<string, number>
  })
  printTable(
    ['connections, one call on each', 'CPU us for each call'],
    Object.entries(cpuUs).map(([count, each]) => [count, rounded(each)]),
  )
  return ratio(cpuUs['1000'], cpuUs['10'])
}

/** On as many cores as there are, the load generator's included; answers the gain of all over one. */
async function growWorkers(): Promise<number> {
  const counts = [...new Set([1, 2, availableParallelism()])].sort((a, b) => a - b)
  const figures: { count: number; perSecond: number; cpuUs: number }[] = []
  for (const count of counts) {
    const served = await startServed(backends, { POSTERN_WORKERS: String(count) })
    const message = toBytes(await aWorldOf20Rules(served))
    const shape = { connections: 20, inFlight: 10, calls: isShort ? 50_000 : 300_000 }
    const seen = []
    for (let round = -1; round < rounds; round++) {
      const result = await h2load(served, shape, { path, message })
      if (round >= 0) seen.push(result)
    }
    await served.stop()
    const perSecond = median(seen.map(({ callsPerSecond }) => callsPerSecond))
    const cpuUs = median(seen.map(({ cpuUsPerCall }) => cpuUsPerCall))
    figures.push({ count, perSecond, cpuUs })
  }
  printTable(
    ['workers', 'calls/s', 'CPU us for each call'],
    figures.map(({ count, perSecond, cpuUs }) => [
      String(count),
      rounded(perSecond),
      rounded(cpuUs),
    ]),
  )
  return ratio(figures.at(-1)?.perSecond, figures[0]?.perSecond)
}

/** Answers what the most keys cost over the fewest, for an answer from the store. */
async function growStoredKeys(): Promise<number> {
  const growth = await growKeys(backends, { isShort })
  const p50 = (ms: readonly number[]) => quantile(ms, 0.5)
  printTable(
    ['keys in the store', 'from the store, p50 ms', 'from memory, p50 ms'],
    growth.map(({ keys, fromStoreMs, fromMemoryMs }) => [
      keys.toLocaleString('en-US'),
      p50(fromStoreMs).toFixed(2),
      p50(fromMemoryMs).toFixed(2),
    ]),
  )
  return ratio(p50(growth.at(-1)?.fromStoreMs ?? []), p50(growth[0]?.fromStoreMs ?? []))
}

function ratio(above = Number.NaN, below = Number.NaN): number {
  return Number((above / below).toFixed(2))
}
