import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Contender } from './contender.js'
import { quantile } from './rounds.js'

const run = promisify(execFile)

export interface Shape {
  readonly connections: number
  readonly inFlight: number
  readonly calls: number
  /**
   * So many calls a second, whether answers come or not, as long as no more than `inFlight` of a
   * connection wait. Absent: as many as can be.
   */
  readonly callsPerSecond?: number
}

export interface H2loadResult {
  readonly callsPerSecond: number
  readonly cpuUsPerCall: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
}

interface Load {
  readonly path: string
  readonly message: Uint8Array
  readonly core?: number
}

/**
 * Unary calls from nghttp2's load generator, pinned to `core` if there is one. It looks at the status of
 * HTTP only: whether answers are right has to be seen by other means. Writing down each call costs it a
 * fifth of what it can do: how many there are at most is measured without, how long they take after.
 */
export async function h2load(
  contender: Pick<Contender, 'address' | 'cpuUs'>,
  shape: Shape,
  load: Load,
): Promise<H2loadResult> {
  const directory = mkdtempSync(join(tmpdir(), 'h2load-'))
  const program = new Program(contender, load, directory)
  try {
    if (shape.callsPerSecond) return { ...(await program.run(shape, true)), ...program.latencies() }
    const speed = await program.run(shape, false)
    await program.run({ ...shape, calls: Math.ceil(shape.calls / 4) }, true)
    return { ...speed, ...program.latencies() }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

class Program {
  readonly #contender: Pick<Contender, 'address' | 'cpuUs'>
  readonly #load: Load
  readonly #body: string
  readonly #log: string

  constructor(contender: Pick<Contender, 'address' | 'cpuUs'>, load: Load, directory: string) {
    this.#contender = contender
    this.#load = load
    this.#body = join(directory, 'body')
    this.#log = join(directory, 'log')
    const prefix = Buffer.alloc(5)
    prefix.writeUInt32BE(load.message.length, 1)
    writeFileSync(this.#body, Buffer.concat([prefix, load.message]))
  }

  async run({ connections, inFlight, calls, callsPerSecond }: Shape, isLogged: boolean) {
    const { address, cpuUs } = this.#contender
    const { path, core } = this.#load
    const cpuBefore = await cpuUs()
    const pinned = core === undefined ? [] : ['-c', String(core)]
    const { stdout } = await run(pinned.length > 0 ? 'taskset' : 'env', [
      ...[...pinned, 'h2load', '-d', this.#body],
      ...(isLogged ? [`--log-file=${this.#log}`] : []),
      ...['-H', 'te: trailers', '-H', 'content-type: application/grpc'],
      ...['-n', String(calls), '-c', String(connections), '-m', String(inFlight)],
      ...(callsPerSecond ? ['--rps', String(callsPerSecond / connections)] : []),
      ...(address.startsWith('unix:')
        ? ['-B', address, `http://localhost${path}`]
        : [`http://${address}${path}`]),
    ])
    const used = (await cpuUs()) - cpuBefore
    return { ...readReport(stdout, calls), cpuUsPerCall: used / calls }
  }

  /** Of the last run that was logged. */
  latencies() {
    return readLog(this.#log)
  }
}

function readReport(report: string, calls: number): { callsPerSecond: number } {
  const succeeded = Number(/(\d+) succeeded/.exec(report)?.[1])
  if (succeeded !== calls) throw new Error(`only ${succeeded} of ${calls} calls succeeded`)
  return { callsPerSecond: Number(/, ([\d.]+) req\/s/.exec(report)?.[1]) }
}

/** A line for each call: when it began, its status, and how long it took in microseconds. */
function readLog(path: string): Pick<H2loadResult, 'p50Ms' | 'p99Ms' | 'p999Ms'> {
  const lines = readFileSync(path, 'latin1').trimEnd().split('\n')
  const tookMs = lines.map((line) => Number(line.split('\t')[2]) / 1_000)
  const at = (share: number) => quantile(tookMs, share)
  return { p50Ms: at(0.5), p99Ms: at(0.99), p999Ms: at(0.999) }
}
