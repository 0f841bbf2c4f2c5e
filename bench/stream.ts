import {
  AuthorizeRequest,
  AuthorizeStreamRequest,
  AuthorizeStreamResponse,
  Decision,
} from '../src/grpc/gen/postern/v1/authorization.js'
import { withPostern } from './support/open-postern.js'
import { pinSelf } from './support/pinned.js'
import { plotBars } from './support/plot.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { median } from './support/rounds.js'
import { streamQuestions } from './support/stream-client.js'
import { aWorldOf20Rules } from './support/world.js'

/**
 * AuthorizeStream on one connection: questions for each second, with so many unanswered at a time.
 * Every answer is counted, and the last of each round is looked at. Prints, last, one JSON object.
 */

const short = process.argv.includes('--short')
const rounds = short ? 3 : 9
const questionsPerRound = short ? 200_000 : 1_000_000
const windows = [100, 1_000, 10_000]

pinSelf()
const results = await withPostern(async (postern) => {
  const question = await aWorldOf20Rules(postern)
  const seen = new Map<number, { perSecond: number; cpuNs: number }[]>(windows.map((w) => [w, []]))
  for (let round = -1; round < rounds; round++) {
    for (const window of windows) {
      const messages = questionsOf(question, Math.min(window, 1_000))
      const cpuBefore = await postern.cpuUs()
      const { seconds, last } = await streamQuestions(postern.address, {
        messages,
        count: questionsPerRound,
        window,
      })
      const cpuUs = (await postern.cpuUs()) - cpuBefore
      requireAllowed(last)
      // The first round warms up.
      if (round < 0) continue
      const perSecond = questionsPerRound / seconds
      seen.get(window)?.push({ perSecond, cpuNs: (cpuUs * 1_000) / questionsPerRound })
    }
  }
  return seen
})

printMachine()
const figures = [...results].map(([window, seen]) => ({
  window,
  perSecond: median(seen.map((each) => each.perSecond)),
  cpuNs: median(seen.map((each) => each.cpuNs)),
}))
printTable(
  ['unanswered at a time', 'questions/s', 'CPU ns for each', 'questions/s and core of the server'],
  figures.map(({ window, perSecond, cpuNs }) => [
    window.toLocaleString('en-US'),
    rounded(perSecond),
    rounded(cpuNs),
    rounded(1e9 / cpuNs),
  ]),
)
if (!short) {
  plotBars('stream', {
    title: 'AuthorizeStream on one connection, by questions unanswered at a time',
    unit: 'questions/s',
    bars: figures.map(({ window, perSecond }) => ({ label: `wire, ${window}`, value: perSecond })),
  })
}
console.log(
  JSON.stringify({
    questionsPerSecond: Math.round(Math.max(...figures.map(({ perSecond }) => perSecond))),
    questionsPerSecondAndCore: Math.round(1e9 / Math.min(...figures.map(({ cpuNs }) => cpuNs))),
  }),
)

function questionsOf(question: AuthorizeRequest, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const asked = AuthorizeRequest.fromPartial({
      ...question,
      resource: { ...question.resource, id: `web-${index}` },
    } as object)
    const message = AuthorizeStreamRequest.fromPartial({ id: String(index), question: asked })
    return Buffer.from(AuthorizeStreamRequest.encode(message).finish())
  })
}

function requireAllowed(message: Buffer): void {
  const { answer } = AuthorizeStreamResponse.decode(message)
  if (answer?.$case === 'response' && answer.value.decision === Decision.ALLOW) return
  throw new Error('the last question was not allowed')
}
