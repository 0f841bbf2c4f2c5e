import { setTimeout as after } from 'node:timers/promises'
import { connect } from '../test/support/api.js'
import { type H2loadResult, h2load } from './support/h2load.js'
import { memoryMiB } from './support/memory.js'
import { withPostern } from './support/open-postern.js'
import { loadCore } from './support/pinned.js'
import { printMachine, printTable } from './support/report.js'
import { median } from './support/rounds.js'
import { aWorldOf20Rules, toBytes } from './support/world.js'

/**
 * A long run at a steady rate, while an administrator makes and deletes keys: memory must stay flat,
 * and calls must not get slower. Prints, last, one JSON object that compares the last quarter with
 * the first.
 */

const isShort = process.argv.includes('--short')
const minutes = isShort ? 1 : 20
const callsPerSecond = 20_000
const secondsOfEach = 5
/** Room for calls to wait in, so that a moment's standstill is seen. */
const shape = { connections: 10, inFlight: 200, callsPerSecond }
const path = '/postern.v1.AuthorizationService/Authorize'

interface Sample extends H2loadResult {
  readonly memory: number
}

const samples = await withPostern(async (postern) => {
  const message = toBytes(await aWorldOf20Rules(postern))
  const connection = connect(postern.address)
  const owner = connection.as(postern.secret)
  const { id } = await owner.applications.createApplication({ name: 'soak' })
  const bearer = { $case: 'applicationId', value: id } as const
  const samples: Sample[] = []
  const load = async () => {
    const plan = { ...shape, calls: callsPerSecond * secondsOfEach }
    const result = await h2load(postern, plan, { path, message, core: loadCore })
    return { ...result, memory: memoryMiB(postern.pid) }
  }
  // The heap of a process that has just begun grows for reasons of its own.
  await load()
  let isOver = false
  const administer = async () => {
    while (!isOver) {
      const { apiKey } = await owner.apiKeys.createApiKey({ bearer })
      await owner.apiKeys.deleteApiKey({ accessKey: apiKey?.accessKey ?? '' })
      await after(100)
    }
  }
  const administration = administer()
  while (samples.length < (minutes * 60) / secondsOfEach) samples.push(await load())
  isOver = true
  await administration
  connection.close()
  return samples
})

const quarter = Math.max(1, Math.floor(samples.length / 4))
const quarters = [0, 1, 2, 3].map((index) => {
  const some = samples.slice(index * quarter, (index + 1) * quarter)
  const of = (figure: keyof Sample) => median(some.map((sample) => sample[figure]))
  return { memory: of('memory'), p50: of('p50Ms'), p99: of('p99Ms'), cpu: of('cpuUsPerCall') }
})
printMachine()
printTable(
  ['quarter', 'MiB', 'p50 ms', 'p99 ms', 'CPU us for each call'],
  quarters.map(({ memory, p50, p99, cpu }, index) => [
    String(index + 1),
    ...[memory.toFixed(1), p50.toFixed(3), p99.toFixed(3), cpu.toFixed(2)],
  ]),
)
const [first, , , last] = quarters
const ratio = (figure: 'memory' | 'p99' | 'cpu') =>
  Number(((last?.[figure] ?? Number.NaN) / (first?.[figure] ?? Number.NaN)).toFixed(2))
console.log(
  JSON.stringify({
    minutes,
    memoryRatio: ratio('memory'),
    p99Ratio: ratio('p99'),
    cpuRatio: ratio('cpu'),
  }),
)
