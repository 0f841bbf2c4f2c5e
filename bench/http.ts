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
 * same request: each face and its constant in turns, servers on one core and the client on another.
 * The status of every answer is looked at while it counts, and what it says before and after. Prints,
 * last, one JSON object: the share of the constant's calls that each face serves, by calls in a second
 * and by CPU time of the server for each call.
 */

const short = process.argv.includes('--short')
const rounds = short ? 3 : 9
const callsPerTurn = short ? 20_000 : 50_000
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
  const turns = new Map<string, Turn[]>()
  for (const ask of asks.values()) await checkOnce(postern.httpAddress, ask)
  for (let round = -1; round < rounds; round++) {
    for (const [name, ask] of asks) {
      const face = await load(postern, postern.httpAddress, ask)
      const constant = await load(fastify, fastify.address, { ...ask, path: '/constant' })
      // The first round warms up.
      if (round >= 0) turns.set(name, [...(turns.get(name) ?? []), { face, constant }])
    }
  }
  for (const ask of asks.values()) await checkOnce(postern.httpAddress, ask)
  report(turns)
}

interface Speed {
  readonly callsPerSecond: number
  /** Of the server, microseconds for each call. */
  readonly cpuUs: number
}

interface Turn {
  readonly face: Speed
  readonly constant: Speed
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

/** Rejects when a call is not answered with 200. */
async function load(
  { cpuUs }: Pick<Contender, 'cpuUs'>,
  address: string,
  { method, path, headers, body }: Ask,
): Promise<Speed> {
  const rest = stayAwake()
  try {
    const before = await cpuUs()
    const result = await autocannon({
      url: `http://${address}${path}`,
      // It looks whether it is done as often as this, and not in between.
      ...{ method, headers, connections, amount: callsPerTurn, sampleInt: 10 },
      ...(body && { body }),
    })
    const used = (await cpuUs()) - before
    if (result['2xx'] !== callsPerTurn) throw new Error(`${path}: only ${result['2xx']} succeeded`)
    const seconds = (result.finish.getTime() - result.start.getTime()) / 1_000
    return { callsPerSecond: callsPerTurn / seconds, cpuUs: used / callsPerTurn }
  } finally {
    rest()
  }
}

/**
 * Keeps the client polling its sockets; answers how to stop. A client that waits for a server falls
 * asleep, and every answer then costs the server a waking of the other core, tens of microseconds on a
 * virtual machine. Of two servers, the slower pays for that with each answer and the quicker one with
 * few, so that what would be compared is how deep the client sleeps.
 */
function stayAwake(): () => void {
  let isAwake = true
  const turn = () => {
    if (isAwake) setImmediate(turn)
  }
  turn()
  return () => {
    isAwake = false
  }
}

function report(turns: ReadonlyMap<string, readonly Turn[]>): void {
  printMachine()
  const seen = [...turns].map(([name, each]) => ({ name, ...summaryOf(each) }))
  printTable(
    ['face', 'calls/s', 'of the constant', 'share', 'CPU us', 'of the constant', 'share'],
    seen.map(({ name, face, constant, shares }) => [
      ...[name, rounded(face.callsPerSecond), rounded(constant.callsPerSecond)],
      ...[shares.calls.toFixed(2), face.cpuUs.toFixed(1), constant.cpuUs.toFixed(1)],
      shares.cpu.toFixed(2),
    ]),
  )
  if (!short) {
    const bars = seen.flatMap(({ name, face, constant }) => [
      { label: `postern: ${name}`, value: face.callsPerSecond },
      { label: 'a constant', value: constant.callsPerSecond },
    ])
    plotBars('http', { title: 'HTTP faces beside a constant of Fastify', unit: 'calls/s', bars })
  }
  console.log(JSON.stringify(Object.fromEntries(seen.map(({ name, shares }) => [name, shares]))))
}

/** The medians of all turns: of each contender, and of what it was of the other one right then. */
function summaryOf(turns: readonly Turn[]) {
  const of = (pick: (turn: Turn) => number) => median(turns.map(pick))
  const speedOf = (name: keyof Turn): Speed => ({
    callsPerSecond: of((turn) => turn[name].callsPerSecond),
    cpuUs: of((turn) => turn[name].cpuUs),
  })
  const calls = of(({ face, constant }) => face.callsPerSecond / constant.callsPerSecond)
  const cpu = of(({ face, constant }) => constant.cpuUs / face.cpuUs)
  const shares = { calls: Number(calls.toFixed(2)), cpu: Number(cpu.toFixed(2)) }
  return { face: speedOf('face'), constant: speedOf('constant'), shares }
}
