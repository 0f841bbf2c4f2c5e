import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthorizeRequest, Decision } from '../src/grpc/gen/postern/v1/authorization.js'
import { Rule } from '../src/grpc/gen/postern/v1/policy.js'
import { connect } from '../test/support/api.js'
import { type Contender, drive, type LoadResult, startContender } from './support/contender.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { inTurns, median, quantile } from './support/rounds.js'

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
  const request = await aWorldOf20Rules(postern)
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

/** An application with twenty rules, one of which allows the question; checks that it does. */
async function aWorldOf20Rules({ address, secret }: Contender): Promise<Buffer> {
  const connection = connect(address)
  try {
    const owner = connection.as(secret)
    const { id: projectId } = await owner.projects.createProject({ name: 'bench' })
    const { id } = await owner.applications.createApplication({ name: 'bench' })
    const { permissionSets } = await owner.permissionSets.listPermissionSets({ pageSize: 100 })
    const others = permissionSets.filter((set) => set.scopeType === 1).slice(0, 40)
    const sets = others.filter((set) => !set.name.startsWith('AllProducts')).slice(0, 19)
    await owner.policies.createPolicy({
      name: 'bench',
      principal: { $case: 'applicationId', value: id },
      rules: ['InstancesServerStart', ...sets.map((set) => set.name)].map((name) =>
        Rule.fromPartial({
          permissionSetNames: [name],
          scope: { $case: 'projects', value: { projectIds: [projectId] } },
        } as object),
      ),
    })
    const bearer = { $case: 'applicationId', value: id } as const
    const { secret: apiKey } = await owner.apiKeys.createApiKey({ bearer })
    const question = AuthorizeRequest.fromPartial({
      apiKey,
      action: 'compute:servers:start',
      resource: { projectId, type: 'server', id: 'web-1' },
    })
    const { decision } = await owner.authorization.authorize(question)
    if (decision !== Decision.ALLOW) throw new Error('the question must be allowed')
    return Buffer.from(AuthorizeRequest.encode(question).finish())
  } finally {
    connection.close()
  }
}
