import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askOnce } from './support/ask-once.js'
import { type Compared, comparedIn } from './support/compared.js'
import { drive, pin } from './support/contender.js'
import { type H2loadResult, h2load, type Shape } from './support/h2load.js'
import { memoryMiB } from './support/memory.js'
import { Pace } from './support/pace.js'
import { loadCore, serverCore } from './support/pinned.js'
import { plotBars } from './support/plot.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { median, quantile } from './support/rounds.js'

/**
 * Authorize against its own transport's emptiest reply, against the library's, and against Cerbos:
 * servers on one core, h2load on another, in turns. Every contender's answer is looked at before and
 * after. Prints, last, one JSON object with the ratios.
 */

const short = process.argv.includes('--short')
/** Compiled code is there after a hundred thousand calls or so. */
const warmUpSeconds = 1
/** In each shape, to find out how quick it is there. */
const trialSeconds = [0.1, 0.2]
const turnSeconds = short ? [0.5, 0.5, 0.5] : new Array<number>(5).fill(1.5)
const shapes = {
  '10x10': { connections: 10, inFlight: 10, timeShare: 1.5 },
  '100x1': { connections: 100, inFlight: 1, timeShare: short ? 1 : 2.5 },
  '1x1': { connections: 1, inFlight: 1, timeShare: 0.5 },
} as const satisfies Record<string, Omit<Shape, 'calls'> & { readonly timeShare: number }>
type ShapeName = keyof typeof shapes
const unixShape: ShapeName = '100x1'
/** Room for calls to wait in, so that a server that falls behind is seen to. */
const openLoop = { connections: 10, inFlight: 100 }

const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const compared: Compared[] = []
try {
  for (const start of comparedIn(directory)) compared.push(await start())
  for (const { contender } of compared) pin(contender, serverCore)
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
  await Promise.all(compared.map(({ contender }) => contender.stop()))
  rmSync(directory, { recursive: true })
}

async function checkAll(): Promise<void> {
  for (const { contender, path, message, check } of compared) {
    check(await askOnce(contender.address, path, message))
  }
}

type Results = Map<string, H2loadResult[]>

async function saturate(): Promise<Results> {
  const pace = new Pace()
  for (const each of compared) await warmUp(pace, each)
  for (const seconds of trialSeconds) await inEachShape(pace, seconds)
  const results: Results = new Map()
  for (const seconds of turnSeconds) {
    for (const [key, result] of await inEachShape(pace, seconds)) {
      results.set(key, [...(results.get(key) ?? []), result])
    }
  }
  return results
}

async function warmUp(pace: Pace, each: Compared): Promise<void> {
  const shape = each.isUnix ? unixShape : '10x10'
  const untilMs = performance.now() + warmUpSeconds * 1_000
  while (performance.now() < untilMs) await turn(pace, shape, each, 0.2)
}

/** A turn of each contender in each shape. */
async function inEachShape(pace: Pace, seconds: number): Promise<Map<string, H2loadResult>> {
  const results = new Map<string, H2loadResult>()
  for (const shape of Object.keys(shapes) as ShapeName[]) {
    for (const each of askedIn(shape)) {
      const result = await turn(pace, shape, each, seconds * shapes[shape].timeShare)
      results.set(`${shape} ${each.name}`, result)
    }
  }
  return results
}

async function turn(
  pace: Pace,
  shape: ShapeName,
  each: Compared,
  seconds: number,
): Promise<H2loadResult> {
  const { connections, inFlight } = shapes[shape]
  const key = `${shape} ${each.name}`
  const calls = pace.calls(key, seconds, connections)
  const result = await load(each, { connections, inFlight, calls })
  pace.seen(key, result.callsPerSecond)
  return result
}

function askedIn(shape: ShapeName): Compared[] {
  return compared.filter(({ isUnix }) => !isUnix || shape === unixShape)
}

function load({ contender, path, message }: Compared, shape: Shape): Promise<H2loadResult> {
  return h2load(contender, shape, { path, message, core: loadCore })
}

function of(results: Results, key: string, figure: keyof H2loadResult): number {
  return median((results.get(key) ?? []).map((result) => result[figure]))
}

function printSaturation(results: Results): void {
  printTable(
    ['shape', 'server', 'calls/s', 'CPU us for each call', 'p50 ms', 'p99 ms', 'p99.9 ms', 'MiB'],
    (Object.keys(shapes) as ShapeName[]).flatMap((shape) =>
      askedIn(shape).map(({ name, contender }) => {
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
    const bars = askedIn(shape).map(({ name: label }) => {
      return { label, value: of(results, `${shape} ${label}`, 'callsPerSecond') }
    })
    const title = `Unary calls, ${shape.replace('x', ' connections x ')} in flight, one server core`
    plotBars(`peers-${shape}`, { title, unit: 'calls/s', bars })
  }
}

/** An open loop at a share of what each can do: how long calls take when there is room. */
async function atRates(results: Results): Promise<void> {
  const rows: string[][] = []
  for (const each of askedIn('10x10')) {
    const { name } = each
    for (const share of [0.2, 0.5, 0.8]) {
      const full = of(results, `10x10 ${name}`, 'callsPerSecond')
      const callsPerSecond = Math.floor(full * share)
      const calls = Math.ceil(callsPerSecond * (short ? 0.3 : 3))
      const seen = await load(each, { ...openLoop, calls, callsPerSecond })
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
  for (const { name, contender, path, message } of askedIn('10x10')) {
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
