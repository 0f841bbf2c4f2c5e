import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drive, type LoadResult, startContender } from './support/contender.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { inTurns, median, quantile } from './support/rounds.js'
import { aWorldOf20Rules, toBytes } from './support/world.js'

/**
 * Authorize over @grpc/grpc-js, answered from memory, against the
 * emptiest unary call that @grpc/grpc-js can serve, in the same run. Prints, last, one JSON object
 * with the ratio of their CPU time.
 */

const short = process.argv.includes('--short')
const rounds = short ? 3 : 9
const calls = short ? 1_000 : 5_000
const shape = { connections: 10, inFlight: 10 }

const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const echo = await startContender('echo')
const postern = await startContender('postern', {
  POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
})
try {
  const request = toBytes(await aWorldOf20Rules(postern))
  const loads = {
    'empty grpc-js echo': () => drive(echo, { path: '/bench.Echo/Echo', request, calls, ...shape }),
    'Authorize, 20 rules, from memory': () =>
      drive(postern, {
        path: '/postern.v1.AuthorizationService/Authorize',
        request,
        calls,
        ...shape,
      }),
  }
  for (const warmUp of Object.values(loads)) await warmUp()
  await compare(loads)
} finally {
  await Promise.all([echo.stop(), postern.stop()])
  rmSync(directory, { recursive: true })
}

async function compare(loads: Readonly<Record<string, () => Promise<LoadResult>>>): Promise<void> {
  const results = new Map<string, LoadResult[]>()
  const contenders = Object.entries(loads).map(([name, load]) => [
    name,
    async () => {
      const result = await load()
      results.set(name, [...(results.get(name) ?? []), result])
      return result.cpuUsPerCall
    },
  ])
  const cpu: Record<string, number> = await inTurns(Object.fromEntries(contenders), rounds)
  printMachine()
  printTable(
    ['server', 'calls/s', 'CPU us for each call', 'p50 ms', 'p99 ms'],
    [...results].map(([name, seen]) => {
      const latencies = seen.flatMap((result) => result.latenciesMs)
      return [
        name,
        rounded(median(seen.map((result) => result.callsPerSecond))),
        rounded(cpu[name] ?? Number.NaN),
        quantile(latencies, 0.5).toFixed(2),
        quantile(latencies, 0.99).toFixed(2),
      ]
    }),
  )
  const [base = Number.NaN, authorize = Number.NaN] = Object.values(cpu)
  console.log(JSON.stringify({ authorizeCpuOverEcho: Number((authorize / base).toFixed(2)) }))
}
