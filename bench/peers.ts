import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { AuthorizeResponse, Decision } from '../src/grpc/gen/postern/v1/authorization.js'
import { askOnce } from './support/ask-once.js'
import { cerbosPath, cerbosRequest, isAllowedByCerbos, startCerbos } from './support/cerbos.js'
import { type Contender, drive, pin, startContender } from './support/contender.js'
import { type H2loadResult, h2load, type Shape } from './support/h2load.js'
import { memoryMiB } from './support/memory.js'
import { plotBars } from './support/plot.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { median, quantile } from './support/rounds.js'
import { aWorldOf20Rules, toBytes } from './support/world.js'

/**
 * Authorize against its own transport's emptiest reply, against the library's, and against Cerbos:
 * servers on one core, h2load on another, in turns. Every contender's answer is looked at before and
 * after. Prints, last, one JSON object with the ratios.
 */

const short = process.argv.includes('--short')
const rounds = short ? 3 : 9
const action = 'compute:servers:start'
const authorizePath = '/postern.v1.AuthorizationService/Authorize'
const echoPath = '/bench.Echo/Echo'
const serverCore = 0
const loadCore = availableParallelism() > 1 ? 1 : 0

interface Entry {
  readonly contender: Contender
  readonly path: string
  readonly message: Buffer
  /** Throws when the answer is not the right one. */
  check(answer: Buffer): void
  /** Of calls at full speed: quicker servers get more, so that every turn takes about as long. */
  readonly share: number
  /** Without TCP, as a sidecar is asked: in the one shape where the kernel's part is the largest. */
  readonly isUnix?: boolean
}

const shapes = {
  '10x10': { connections: 10, inFlight: 10, calls: 150_000 },
  '100x1': { connections: 100, inFlight: 1, calls: 60_000 },
  '1x1': { connections: 1, inFlight: 1, calls: 6_000 },
} as const satisfies Record<string, Shape>
type ShapeName = keyof typeof shapes
const unixShape: ShapeName = '100x1'
/** Room for calls to wait in, so that a server that falls behind is seen to. */
const openLoop = { connections: 10, inFlight: 100 }

const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const entries = new Map<string, Entry>()
try {
  await startAll()
  for (const { contender } of entries.values()) pin(contender, serverCore)
  await checkAll()
  printMachine()
  const results = await saturate()
  printSaturation(results)
  if (!short) plot(results)
  await atRates(results)
  await askFromLibrary()
  await checkAll()
  console.log(JSON.stringify(ratiosOf(results)))
} finally {
  await Promise.all([...entries.values()].map(({ contender }) => contender.stop()))
  rmSync(directory, { recursive: true })
}

async function startAll(): Promise<void> {
  await addPostern('wire Authorize', { wire: 'on', share: 1 })
  await addEcho('wire empty', { server: 'wire', share: 1 })
  await addPostern('grpc-js Authorize', { wire: 'off', share: 0.08 })
  await addEcho('grpc-js echo', { server: 'echo', share: 0.1 })
  await addEcho('node:http2 reply', { server: 'node-http2', share: 0.15 })
  await addPostern('wire Authorize, UNIX socket', { wire: 'on', share: 1, isUnix: true })
  await addEcho('grpc-js echo, UNIX socket', { server: 'echo', share: 0.1, isUnix: true })
  const actions = Array.from({ length: 19 }, (_, i) => `compute:servers:other${i}`)
  const cerbos = await startCerbos([action, ...actions])
  entries.set('Cerbos CheckResources', {
    contender: cerbos,
    path: cerbosPath,
    message: cerbosRequest(action),
    share: 0.05,
    check(answer) {
      if (!isAllowedByCerbos(answer)) throw new Error('Cerbos does not allow')
    },
  })
}

async function addPostern(
  name: string,
  { wire, ...rest }: { readonly wire: 'on' | 'off' } & Pick<Entry, 'share' | 'isUnix'>,
): Promise<void> {
  const contender = await startContender('postern', {
    POSTERN_DATABASE_URL: `file:${join(directory, `${name}.db`)}`,
    POSTERN_WIRE: wire,
    ...(rest.isUnix && { POSTERN_LISTEN: socketFor('postern') }),
  })
  const message = toBytes(await aWorldOf20Rules(contender))
  entries.set(name, {
    contender,
    path: authorizePath,
    message,
    ...rest,
    check(answer) {
      const { decision } = AuthorizeResponse.decode(answer)
      if (decision !== Decision.ALLOW) throw new Error(`${name} does not allow`)
    },
  })
}

async function addEcho(
  name: string,
  {
    server,
    ...rest
  }: { readonly server: 'wire' | 'echo' | 'node-http2' } & Pick<Entry, 'share' | 'isUnix'>,
): Promise<void> {
  const env = rest.isUnix ? { ECHO_LISTEN: socketFor('echo') } : {}
  const contender = await startContender(server, env)
  entries.set(name, {
    contender,
    path: echoPath,
    message: Buffer.alloc(0),
    ...rest,
    check(answer) {
      if (answer.length !== 0) throw new Error(`${name} does not answer with nothing`)
    },
  })
}

function socketFor(name: string): string {
  return `unix:${join(directory, `${name}.sock`)}`
}

async function checkAll(): Promise<void> {
  for (const { contender, path, message, check } of entries.values()) {
    check(await askOnce(contender.address, path, message))
  }
}

type Results = Map<string, H2loadResult[]>

async function saturate(): Promise<Results> {
  const results: Results = new Map()
  for (let round = -1; round < rounds; round++) {
    for (const shape of Object.keys(shapes) as ShapeName[]) {
      for (const [name, entry] of askedIn(shape)) {
        const { calls, ...rest } = shapes[shape]
        const count = Math.max(rest.connections, Math.ceil(calls * entry.share))
        const result = await load(entry, { ...rest, calls: count })
        // The first round warms up.
        if (round < 0) continue
        results.set(`${shape} ${name}`, [...(results.get(`${shape} ${name}`) ?? []), result])
      }
    }
  }
  return results
}

function askedIn(shape: ShapeName): [string, Entry][] {
  return [...entries].filter(([, { isUnix }]) => !isUnix || shape === unixShape)
}

function load({ contender, path, message }: Entry, shape: Shape): Promise<H2loadResult> {
  return h2load(contender, shape, { path, message, core: loadCore })
}

function of(results: Results, key: string, figure: keyof H2loadResult): number {
  return median((results.get(key) ?? []).map((result) => result[figure]))
}

function printSaturation(results: Results): void {
  printTable(
    ['shape', 'server', 'calls/s', 'CPU us for each call', 'p50 ms', 'p99 ms', 'p99.9 ms', 'MiB'],
    (Object.keys(shapes) as ShapeName[]).flatMap((shape) =>
      askedIn(shape).map(([name, { contender }]) => {
        const key = `${shape} ${name}`
        const ms = (figure: 'p50Ms' | 'p99Ms' | 'p999Ms') => of(results, key, figure).toFixed(3)
        return [
          ...[shape, name, rounded(of(results, key, 'callsPerSecond'))],
          ...[rounded(of(results, key, 'cpuUsPerCall')), ms('p50Ms'), ms('p99Ms'), ms('p999Ms')],
          rounded(memoryMiB(contender.pid)),
        ]
      }),
    ),
  )
}

function plot(results: Results): void {
  for (const shape of Object.keys(shapes) as ShapeName[]) {
    const bars = askedIn(shape).map(([label]) => {
      return { label, value: of(results, `${shape} ${label}`, 'callsPerSecond') }
    })
    const title = `Unary calls, ${shape.replace('x', ' connections x ')} in flight, one server core`
    plotBars(`peers-${shape}`, { title, unit: 'calls/s', bars })
  }
}

/** An open loop at a share of what each can do: how long calls take when there is room. */
async function atRates(results: Results): Promise<void> {
  const rows: string[][] = []
  for (const [name, entry] of askedIn('10x10')) {
    for (const share of [0.2, 0.5, 0.8]) {
      const full = of(results, `10x10 ${name}`, 'callsPerSecond')
      const callsPerSecond = Math.floor(full * share)
      const calls = Math.ceil(callsPerSecond * (short ? 0.5 : 3))
      const seen = await load(entry, { ...openLoop, calls, callsPerSecond })
      const ms = [seen.p50Ms, seen.p99Ms, seen.p999Ms].map((each) => each.toFixed(3))
      rows.push([`${share * 100} %`, name, rounded(callsPerSecond), ...ms])
    }
  }
  printTable(['of its most', 'server', 'calls/s offered', 'p50 ms', 'p99 ms', 'p99.9 ms'], rows)
}

/** As most callers have it: the client costs more than any of the servers. */
async function askFromLibrary(): Promise<void> {
  const calls = short ? 2_000 : 20_000
  const rows: string[][] = []
  for (const [name, { contender, path, message }] of askedIn('10x10')) {
    const seen = await drive(contender, {
      path,
      request: message,
      connections: 2,
      inFlight: 10,
      calls,
    })
    const ms = [0.5, 0.99].map((share) => quantile(seen.latenciesMs, share).toFixed(2))
    rows.push([name, rounded(seen.callsPerSecond), rounded(seen.cpuUsPerCall), ...ms])
  }
  printTable(
    ['asked by @grpc/grpc-js', 'calls/s', 'CPU us for each call', 'p50 ms', 'p99 ms'],
    rows,
  )
}

function ratiosOf(results: Results) {
  const calls = (key: string) => of(results, key, 'callsPerSecond')
  const ratio = (above: number, below: number) => Number((above / below).toFixed(2))
  const over = (name: string, shape: ShapeName = '10x10') =>
    ratio(calls(`${shape} wire Authorize`), calls(`${shape} ${name}`))
  const latency = (figure: 'p50Ms' | 'p99Ms') =>
    ratio(of(results, '1x1 wire Authorize', figure), of(results, '1x1 node:http2 reply', figure))
  return {
    wireOverGrpcJsEcho: over('grpc-js echo'),
    wireOverCerbos: over('Cerbos CheckResources'),
    wireOverWireEmpty: over('wire empty'),
    wireOverGrpcJsEcho100x1: over('grpc-js echo', '100x1'),
    wireOverGrpcJsEcho100x1Unix: ratio(
      calls(`${unixShape} wire Authorize, UNIX socket`),
      calls(`${unixShape} grpc-js echo, UNIX socket`),
    ),
    wireMedianOverNodeHttp2At1x1: latency('p50Ms'),
    wireP99OverNodeHttp2At1x1: latency('p99Ms'),
  }
}
