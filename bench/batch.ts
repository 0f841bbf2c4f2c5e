import {
  AuthorizeBatchRequest,
  AuthorizeBatchResponse,
  AuthorizeRequest,
  Decision,
} from '../src/grpc/gen/postern/v1/authorization.js'
import { askOnce } from './support/ask-once.js'
import { h2load } from './support/h2load.js'
import { withPostern } from './support/open-postern.js'
import { loadCore } from './support/pinned.js'
import { plotBars } from './support/plot.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { median } from './support/rounds.js'
import { aWorldOf20Rules } from './support/world.js'

/**
 * AuthorizeBatch from memory: decisions for each second and core, with ever more questions in a
 * call, each about another resource. Prints, last, one JSON object.
 */

const short = process.argv.includes('--short')
const rounds = short ? 3 : 9
const decisionsPerRound = short ? 200_000 : 1_000_000
const sizes = [1, 10, 100, 1_000]
const path = '/postern.v1.AuthorizationService/AuthorizeBatch'
const shape = { connections: 4, inFlight: 4 }

const results = await withPostern(async (postern) => {
  const question = await aWorldOf20Rules(postern)
  const messages = new Map(sizes.map((size) => [size, batchOf(question, size)]))
  for (const [size, message] of messages) {
    requireAllowed(await askOnce(postern.address, path, message), size)
  }
  const seen = new Map<number, { perSecond: number; cpuNs: number }[]>(sizes.map((s) => [s, []]))
  for (let round = -1; round < rounds; round++) {
    for (const [size, message] of messages) {
      // Small batches are mostly framing, and take longer for as many decisions.
      const calls = Math.max(16, Math.ceil(decisionsPerRound / size / (size < 10 ? 5 : 1)))
      const result = await h2load(postern, { ...shape, calls }, { path, message, core: loadCore })
      // The first round warms up.
      if (round < 0) continue
      const perSecond = result.callsPerSecond * size
      seen.get(size)?.push({ perSecond, cpuNs: (result.cpuUsPerCall * 1_000) / size })
    }
  }
  return seen
})

printMachine()
const figures = [...results].map(([size, seen]) => ({
  size,
  perSecond: median(seen.map((each) => each.perSecond)),
  cpuNs: median(seen.map((each) => each.cpuNs)),
}))
printTable(
  ['questions in a call', 'decisions/s', 'CPU ns for each', 'decisions/s and core of the server'],
  figures.map(({ size, perSecond, cpuNs }) => [
    String(size),
    rounded(perSecond),
    rounded(cpuNs),
    rounded(1e9 / cpuNs),
  ]),
)
if (!short) {
  plotBars('batch', {
    title: 'AuthorizeBatch from memory, by questions in a call',
    unit: 'decisions/s and core of the server',
    bars: figures.map(({ size, cpuNs }) => ({ label: `wire, ${size}`, value: 1e9 / cpuNs })),
  })
}
const of100 = figures.find(({ size }) => size === 100)
console.log(
  JSON.stringify({
    decisionsPerSecond100: Math.round(of100?.perSecond ?? Number.NaN),
    decisionsPerSecondAndCore100: Math.round(1e9 / (of100?.cpuNs ?? Number.NaN)),
  }),
)

function batchOf(question: AuthorizeRequest, size: number): Buffer {
  const questions = Array.from({ length: size }, (_, index) =>
    AuthorizeRequest.fromPartial({
      ...question,
      resource: { ...question.resource, id: `web-${index}` },
    } as object),
  )
  const message = AuthorizeBatchRequest.fromPartial({ questions } as object)
  return Buffer.from(AuthorizeBatchRequest.encode(message).finish())
}

function requireAllowed(response: Buffer, size: number): void {
  const { answers } = AuthorizeBatchResponse.decode(response)
  const allowed = answers.filter(
    ({ answer }) => answer?.$case === 'response' && answer.value.decision === Decision.ALLOW,
  )
  if (allowed.length !== size) throw new Error(`only ${allowed.length} of ${size} were allowed`)
}
