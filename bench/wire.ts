import { askOnce } from './support/ask-once.js'
import { type Contender, pin, startContender } from './support/contender.js'
import { type H2loadResult, h2load } from './support/h2load.js'
import { Pace } from './support/pace.js'
import { loadCore, serverCore } from './support/pinned.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { median } from './support/rounds.js'

/**
 * The transport's empty reply against the barest reply of node:http2 and the empty echo of
 * @grpc/grpc-js: the server on one core, h2load on another, in turns. Prints, last, one JSON object.
 */

const short = process.argv.includes('--short')
/** The first turns find out how quick each is, and warm it up. */
const warmUpSeconds = [0.1, 0.3, 0.5]
const turnSeconds = short ? [0.4, 0.4, 0.4] : new Array<number>(7).fill(1.5)
const path = '/bench.Echo/Echo'
const message = Buffer.alloc(0)

const names = ['wire', 'node-http2', 'echo'] as const
type Name = (typeof names)[number]

const shapes = {
  '10x10': { connections: 10, inFlight: 10 },
  '1x1': { connections: 1, inFlight: 1 },
  '100x1': { connections: 100, inFlight: 1 },
} as const
type ShapeName = keyof typeof shapes

const contenders = new Map<Name, Contender>()
for (const name of names) contenders.set(name, await startContender(name))
try {
  for (const contender of contenders.values()) pin(contender, serverCore)
  for (const contender of contenders.values()) await checkAnswer(contender)
  printMachine()
  const results = await compare()
  printResults(results)
} finally {
  await Promise.all([...contenders.values()].map((contender) => contender.stop()))
}

type Results = Map<string, H2loadResult[]>

async function compare(): Promise<Results> {
  const pace = new Pace()
  for (const seconds of warmUpSeconds) await inEachShape(pace, seconds)
  const results: Results = new Map()
  for (const seconds of turnSeconds) {
    for (const [key, result] of await inEachShape(pace, seconds)) {
      results.set(key, [...(results.get(key) ?? []), result])
    }
  }
  return results
}

/** A turn of each contender in each shape. */
async function inEachShape(pace: Pace, seconds: number): Promise<Map<string, H2loadResult>> {
  const results = new Map<string, H2loadResult>()
  for (const shape of Object.keys(shapes) as ShapeName[]) {
    for (const [name, contender] of contenders) {
      const key = `${shape} ${name}`
      const calls = pace.calls(key, seconds, shapes[shape].connections)
      const load = { path, message, core: loadCore }
      const result = await h2load(contender, { ...shapes[shape], calls }, load)
      pace.seen(key, result.callsPerSecond)
      results.set(key, result)
    }
  }
  return results
}

function printResults(results: Results): void {
  const of = (shape: ShapeName, name: Name, figure: keyof H2loadResult) =>
    median((results.get(`${shape} ${name}`) ?? []).map((result) => result[figure]))
  printTable(
    ['shape', 'server', 'calls/s', 'CPU us for each call', 'p50 ms', 'p99 ms'],
    (Object.keys(shapes) as ShapeName[]).flatMap((shape) =>
      names.map((name) => [
        ...[shape, name, rounded(of(shape, name, 'callsPerSecond'))],
        rounded(of(shape, name, 'cpuUsPerCall')),
        ...[of(shape, name, 'p50Ms').toFixed(3), of(shape, name, 'p99Ms').toFixed(3)],
      ]),
    ),
  )
  const ratio = (above: number, below: number) => Number((above / below).toFixed(2))
  const calls = (shape: ShapeName, name: Name) => of(shape, name, 'callsPerSecond')
  console.log(
    JSON.stringify({
      wireOverGrpcJsEcho: ratio(calls('10x10', 'wire'), calls('10x10', 'echo')),
      wireOverGrpcJsEcho100x1: ratio(calls('100x1', 'wire'), calls('100x1', 'echo')),
      wireMedianOverNodeHttp2: ratio(of('1x1', 'wire', 'p50Ms'), of('1x1', 'node-http2', 'p50Ms')),
      wireP99OverNodeHttp2: ratio(of('1x1', 'wire', 'p99Ms'), of('1x1', 'node-http2', 'p99Ms')),
      wireCpuOverGrpcJsEcho: ratio(
        of('10x10', 'wire', 'cpuUsPerCall'),
        of('10x10', 'echo', 'cpuUsPerCall'),
      ),
    }),
  )
}

async function checkAnswer({ address }: Contender): Promise<void> {
  const answer = await askOnce(address, path, message)
  if (answer.length !== 0) throw new Error('the answer is not empty')
}
