import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import type { AuthorizeRequest } from '../src/grpc/gen/postern/v1/authorization.js'
import { connect } from '../test/support/api.js'
import { type Contender, pin, startContender } from './support/contender.js'
import { withPostern } from './support/open-postern.js'
import { pinSelf, serverCore } from './support/pinned.js'
import { plotBars } from './support/plot.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { median } from './support/rounds.js'
import { aWorldOf20Rules } from './support/world.js'

/**
 * The HTTP faces that answer questions, against a route of Fastify's that answers a constant to the
 * same request: each face and its constant in turns. Every answer is looked at. Prints, last, one
 * JSON object with the share of the constant's calls that each face serves.
 */

const short = process.argv.includes('--short')
const rounds = short ? 3 : 9
const callsPerTurn = short ? 10_000 : 50_000
const connections = 20

interface Ask {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string
  /** Throws when the answer does not allow. */
  check(answer: Response): Promise<void>
}

const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const routesFile = join(directory, 'routes.yaml')
writeFileSync(
  routesFile,
  `routes:
  - path: /projects/{project}/servers/{server}:start
    methods: [POST]
    action: compute:servers:start
    resource: {project_id: "{project}", type: server, id: "{server}"}
`,
)
pinSelf()
const fastify = await startContender('fastify')
try {
  pin(fastify, serverCore)
  const env = { POSTERN_HTTP_LISTEN: '127.0.0.1:0', POSTERN_ROUTES_FILE: routesFile }
  await withPostern(compare, env)
} finally {
  await fastify.stop()
  rmSync(directory, { recursive: true })
}

async function compare(postern: Contender): Promise<void> {
  const asks = await prepare(postern)
  const shares = new Map<string, number[]>()
  const perSecond = new Map<string, number[]>()
  for (const ask of asks.values()) await checkOnce(postern.httpAddress, ask)
  for (let round = -1; round < rounds; round++) {
    for (const [name, ask] of asks) {
      const face = await load(postern.httpAddress, ask)
      const constant = await load(fastify.address, { ...ask, path: '/constant' })
      // The first round warms up.
      if (round < 0) continue
      push(shares, name, face / constant)
      push(perSecond, name, face)
      push(perSecond, `${name}: constant`, constant)
    }
  }
  for (const ask of asks.values()) await checkOnce(postern.httpAddress, ask)
  report([...asks.keys()], { shares, perSecond })
}

/** Each face asks whether the same key may start the same server. */
async function prepare(postern: Contender): Promise<Map<string, Ask>> {
  const question = await aWorldOf20Rules(postern)
  const { apiKey, action, resource } = question
  const json = { 'content-type': 'application/json' }
  const { projectId = '', type = '', id = '' } = resource ?? {}
  const evaluation = {
    action: { name: action },
    resource: { type, id, properties: { project_id: projectId } },
  }
  const decides = async (answer: Response) => {
    const { decision } = (await answer.json()) as { decision: boolean }
    if (!decision) throw new Error('AuthZEN does not allow')
  }
  const bearer = await bearerOf(postern, question)
  return new Map<string, Ask>([
    [
      'AuthZEN, of a key',
      {
        method: 'POST',
        path: '/access/v1/evaluation',
        headers: json,
        body: JSON.stringify({ subject: { type: 'api_key', id: apiKey }, ...evaluation }),
        check: decides,
      },
    ],
    [
      'AuthZEN, of an application',
      {
        method: 'POST',
        path: '/access/v1/evaluation',
        headers: { ...json, authorization: `Bearer ${postern.secret}` },
        body: JSON.stringify({ subject: { type: 'application', id: bearer }, ...evaluation }),
        check: decides,
      },
    ],
    [
      'check-permissions',
      {
        method: 'POST',
        path: '/iam/v1alpha1/check-permissions',
        headers: { ...json, 'x-auth-token': apiKey },
        body: JSON.stringify({
          permissions: [
            { service: 'compute', name: 'servers', action: 'start', project_id: projectId },
          ],
        }),
        async check(answer) {
          const { responses } = (await answer.json()) as { responses: { decision: string }[] }
          if (responses[0]?.decision !== 'allow') {
            throw new Error('check-permissions does not allow')
          }
        },
      },
    ],
    [
      'forward-auth',
      {
        method: 'GET',
        path: '/forward-auth',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'x-forwarded-method': 'POST',
          'x-forwarded-host': 'files.example',
          'x-forwarded-uri': `/projects/${projectId}/servers/${id}:start`,
        },
        async check({ status }) {
          if (status !== 200) throw new Error(`forward-auth answers ${status}`)
        },
      },
    ],
  ])
}

async function bearerOf({ address, secret }: Contender, question: AuthorizeRequest) {
  const connection = connect(address)
  const { principal } = await connection.as(secret).authorization.authorize(question)
  connection.close()
  return principal?.value ?? ''
}

async function checkOnce(address: string, { method, path, headers, body, check }: Ask) {
  await check(await fetch(`http://${address}${path}`, { method, headers, ...(body && { body }) }))
}

/** Calls for each second; rejects when one is not answered with 200. */
async function load(address: string, { method, path, headers, body }: Ask): Promise<number> {
  const result = await autocannon({
    url: `http://${address}${path}`,
    // It looks whether it is done as often as this, and not in between.
    ...{ method, headers, connections, amount: callsPerTurn, sampleInt: 10 },
    ...(body && { body }),
  })
  if (result['2xx'] !== callsPerTurn) throw new Error(`${path}: only ${result['2xx']} succeeded`)
  return callsPerTurn / ((result.finish.getTime() - result.start.getTime()) / 1_000)
}

function push(to: Map<string, number[]>, name: string, value: number): void {
  to.set(name, [...(to.get(name) ?? []), value])
}

interface Seen {
  readonly shares: ReadonlyMap<string, readonly number[]>
  readonly perSecond: ReadonlyMap<string, readonly number[]>
}

function report(names: readonly string[], { shares, perSecond }: Seen): void {
  const of = (seen: Seen[keyof Seen], name: string) => median(seen.get(name) ?? [])
  const share = (name: string) => Number(of(shares, name).toFixed(2))
  printMachine()
  printTable(
    ['face', 'calls/s', 'calls/s of the constant', 'share'],
    names.map((name) => [
      name,
      rounded(of(perSecond, name)),
      rounded(of(perSecond, `${name}: constant`)),
      share(name).toFixed(2),
    ]),
  )
  if (!short) {
    const bars = names.flatMap((name) => [
      { label: `postern: ${name}`, value: of(perSecond, name) },
      { label: 'a constant', value: of(perSecond, `${name}: constant`) },
    ])
    plotBars('http', { title: 'HTTP faces beside a constant of Fastify', unit: 'calls/s', bars })
  }
  console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, share(name)]))))
}
