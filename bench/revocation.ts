import { AuthorizeRequest, Decision } from '../src/grpc/gen/postern/v1/authorization.js'
import type { Api } from '../test/support/api.js'
import { bundleServer } from '../test/support/server-bundle.js'
import {
  anAllowedApplication,
  type Backends,
  type Replicas,
  startBackends,
  startReplicas,
} from './support/replicas.js'
import { printMachine, printTable } from './support/report.js'
import { quantile } from './support/rounds.js'

/**
 * From the acknowledgement of a revocation to the last answer from before it, on any of three
 * servers that had the key in memory. Prints, last, one JSON object.
 */

const isShort = process.argv.includes('--short')
const revocations = isShort ? 200 : 1_000
const boundMs = 5_000
const lanes = 2

/** How servers hear of a revision that another has written, and how many revocations that takes. */
interface Way {
  readonly name: string
  readonly usesRedis: boolean
  readonly isDeaf: boolean
}

const ways: readonly Way[] = [
  { name: 'hints of Redis and PostgreSQL', usesRedis: true, isDeaf: false },
  { name: 'hints of PostgreSQL alone', usesRedis: false, isDeaf: false },
  { name: 'no hints: reading every 200 ms', usesRedis: false, isDeaf: true },
]

/** A server that hears nothing cannot be had by a setting. */
const deafness = [
  {
    file: 'open-cache.ts',
    find: 'store.onHint(() => reading.heard())',
    replace: 'store.onHint(() => undefined)',
  },
]

const backends = await startBackends()
const deaf = bundleServer(deafness)
try {
  const results: [string, readonly number[]][] = []
  for (const way of ways) results.push([way.name, await measure(way, backends)])
  printMachine()
  printTable(
    ['servers hear of it by', 'revocations', 'p50 ms', 'p90 ms', 'p99 ms', 'max ms'],
    results.map(([name, lateMs]) => [
      name,
      String(lateMs.length),
      ...[0.5, 0.9, 0.99, 1].map((share) => quantile(lateMs, share).toFixed(1)),
    ]),
  )
  const [both = [], notify = [], none = []] = results.map(([, lateMs]) => lateMs)
  const round = (ms: number) => Number(ms.toFixed(1))
  console.log(
    JSON.stringify({
      revocations,
      medianWithHintsMs: round(quantile(both, 0.5)),
      medianWithNotifyMs: round(quantile(notify, 0.5)),
      medianWithoutHintsMs: round(quantile(none, 0.5)),
      maxWithoutHintsMs: round(quantile(none, 1)),
      boundMs,
    }),
  )
} finally {
  deaf.remove()
  await backends.stop()
}

async function measure(way: Way, backends: Backends): Promise<number[]> {
  const replicas = await startReplicas({
    backends,
    count: 3,
    settings: {
      POSTERN_STALENESS_BOUND: `${boundMs}ms`,
      ...(way.usesRedis && { POSTERN_REDIS_URL: backends.redis.url }),
    },
    ...(way.isDeaf && { program: deaf.program }),
  })
  try {
    const [owner] = replicas.owners
    if (!owner) throw new Error('a server was started')
    const application = await anAllowedApplication(owner, 'bench')
    const lateMs: number[] = []
    let left = revocations
    const lane = async () => {
      while (left-- > 0) lateMs.push(await revokeOnce(replicas, application))
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return lateMs
  } finally {
    await replicas.stop()
  }
}

/** Answers how many milliseconds after the acknowledgement somebody was still allowed. */
async function revokeOnce({ owners }: Replicas, application: string): Promise<number> {
  const writer = owners[Math.floor(Math.random() * owners.length)]
  if (!writer) throw new Error('a server was started')
  const bearer = { $case: 'applicationId', value: application } as const
  const { secret, apiKey } = await writer.apiKeys.createApiKey({ bearer })
  await Promise.all(owners.map((each) => warm(each, secret)))
  let acknowledgedAtMs = Number.POSITIVE_INFINITY
  const watching = owners.map(async (each) => {
    let lastAllowedMs = 0
    for (;;) {
      const isAllowed = await ask(each, secret)
      const nowMs = performance.now()
      if (isAllowed) lastAllowedMs = nowMs
      else if (nowMs > acknowledgedAtMs) return lastAllowedMs
    }
  })
  await writer.apiKeys.deleteApiKey({ accessKey: apiKey?.accessKey ?? '' })
  acknowledgedAtMs = performance.now()
  const last = Math.max(...(await Promise.all(watching)))
  return Math.max(0, last - acknowledgedAtMs)
}

async function warm(owner: Api, secret: string): Promise<void> {
  const isAllowed = await ask(owner, secret, {
    consistency: { requirement: { $case: 'fullyConsistent', value: true } },
  })
  if (!isAllowed || !(await ask(owner, secret))) throw new Error('the key must be allowed')
}

async function ask(
  owner: Api,
  apiKey: string,
  parts: Partial<AuthorizeRequest> = {},
): Promise<boolean> {
  const question = AuthorizeRequest.fromPartial({ apiKey, action: 'iam:group:list', resource: {} })
  const { decision } = await owner.authorization.authorize({ ...question, ...parts })
  return decision === Decision.ALLOW
}
