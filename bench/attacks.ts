import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client, credentials } from '@grpc/grpc-js'
import { AuthorizeResponse, Decision } from '../src/grpc/gen/postern/v1/authorization.js'
import type { AttackReport, Order } from './servers/attacker.js'
import { attacks } from './support/attacks.js'
import { pin, startContender } from './support/contender.js'
import { h2load } from './support/h2load.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { median } from './support/rounds.js'
import { aWorldOf20Rules, toBytes } from './support/world.js'

/**
 * What is left to a client that behaves while others attack: h2load's throughput with Authorize under
 * each attack over that without, in turns. The server has core 0; h2load, a prober that looks at each
 * of its answers, and the attacker share core 1. So that it is the server that decides what is left,
 * h2load asks for a part of what it could and leaves the attacker the rest of their core. Prints,
 * last, one JSON object.
 */

const short = process.argv.includes('--short')
const only = process.argv[process.argv.indexOf('--only') + 1]
const rounds = short ? 3 : 5
const secondsOfEach = short ? 1 : 3
/** Of what h2load gets when it asks as fast as it can. */
const pace = 0.4
const path = '/postern.v1.AuthorizationService/Authorize'
const shape = { connections: 10, inFlight: 10 }
/** Between two questions of the prober. */
const pauseMs = 5
const loadCore = availableParallelism() > 1 ? 1 : 0
const names = Object.keys(attacks).filter(
  (name) => !process.argv.includes('--only') || name === only,
)

const directory = mkdtempSync(join(tmpdir(), 'postern-bench-'))
const postern = await startContender('postern', {
  POSTERN_DATABASE_URL: `file:${join(directory, 'postern.db')}`,
})
const attacker = fork(fileURLToPath(new URL('./servers/attacker.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
})
try {
  await once(attacker, 'message')
  pin(postern, 0)
  pin({ ...postern, pid: attacker.pid ?? 0 }, loadCore)
  const message = toBytes(await aWorldOf20Rules(postern))
  printMachine()
  await measure(message)
} finally {
  attacker.disconnect()
  await postern.stop()
  rmSync(directory, { recursive: true })
}

interface Turn {
  readonly quiet: number
  readonly attacked: number
  readonly p99Ms: number
  readonly report: AttackReport
  readonly answers: number
}

async function measure(message: Buffer): Promise<void> {
  const asking = { path, message, core: loadCore }
  const fastest = () => h2load(postern, { ...shape, calls: 100_000 }, asking)
  await fastest()
  const callsPerSecond = Math.floor((await fastest()).callsPerSecond * pace)
  const calls = callsPerSecond * secondsOfEach
  const load = () => h2load(postern, { ...shape, calls, callsPerSecond }, asking)
  const turns = new Map<string, Turn[]>()
  // With and without an attack: what the prober takes, it takes from both.
  const prober = startProber(message)
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const quiet = await load()
      prober.count()
      await order({ name, port: portOf(postern.address), message: message.toString('base64') })
      const attacked = await load()
      const report = await order({ port: 0, message: '' })
      const turn = {
        quiet: quiet.callsPerSecond,
        attacked: attacked.callsPerSecond,
        p99Ms: attacked.p99Ms,
        report: report as AttackReport,
        answers: prober.count(),
      }
      turns.set(name, [...(turns.get(name) ?? []), turn])
    }
  }
  await prober.stop()
  print(turns)
}

function print(turns: ReadonlyMap<string, readonly Turn[]>): void {
  const of = (name: string, figure: (turn: Turn) => number) =>
    median((turns.get(name) ?? []).map(figure))
  const share = (name: string) => of(name, ({ attacked, quiet }) => attacked / quiet)
  printTable(
    [
      ...['attack', 'calls/s without', 'calls/s under it', 'kept', 'p99 ms under it'],
      ...['connections made', 'MB sent', 'answers looked at'],
    ],
    names.map((name) => [
      ...[name, rounded(of(name, ({ quiet }) => quiet)), rounded(of(name, (t) => t.attacked))],
      ...[share(name).toFixed(2), of(name, ({ p99Ms }) => p99Ms).toFixed(2)],
      rounded(of(name, ({ report }) => report.connections)),
      of(name, ({ report }) => report.bytes / 1e6).toFixed(1),
      String((turns.get(name) ?? []).reduce((sum, { answers }) => sum + answers, 0)),
    ]),
  )
  const kept = Object.fromEntries(names.map((name) => [name, Number(share(name).toFixed(2))]))
  console.log(JSON.stringify({ least: Math.min(...Object.values(kept)), kept }))
}

async function order(what: Order): Promise<unknown> {
  attacker.send(what)
  const [answer] = await once(attacker, 'message')
  return answer
}

interface Prober {
  /** How many answers there were since it was asked last. */
  count(): number
  /** Rejects when one was wrong, or did not come. */
  stop(): Promise<void>
}

/** Asks on a connection of its own, one call after another, what must be allowed and what denied. */
function startProber(message: Buffer): Prober {
  const client = new Client(postern.address, credentials.createInsecure())
  const garbled = Buffer.from(message.toString('latin1').replace('start', 'stopp'), 'latin1')
  let isOn = true
  let answers = 0
  const run = async () => {
    for (let isAllowed = true; isOn; isAllowed = !isAllowed) {
      const { decision } = await ask(client, isAllowed ? message : garbled)
      if (decision !== (isAllowed ? Decision.ALLOW : Decision.DENY)) throw new Error('wrong answer')
      answers += 1
      await after(pauseMs)
    }
    client.close()
  }
  const done = run()
  // Whoever stops it is told of what went wrong.
  done.catch(() => {})
  return {
    count() {
      const counted = answers
      answers = 0
      return counted
    },
    stop() {
      isOn = false
      return done
    },
  }
}

function ask(client: Client, message: Buffer): Promise<AuthorizeResponse> {
  const same = (value: Buffer) => value
  const read = (bytes: Buffer) => AuthorizeResponse.decode(bytes)
  return new Promise((resolve, reject) => {
    const options = { deadline: Date.now() + 10_000 }
    client.makeUnaryRequest(path, same, read, message, options, (error, answer) =>
      answer ? resolve(answer) : reject(error ?? new Error('no answer')),
    )
  })
}

function portOf(address: string): number {
  return Number(address.split(':')[1])
}
