import { setFlagsFromString } from 'node:v8'
import { Decider } from '../src/domain/evaluate.js'
import type { Question } from '../src/domain/question.js'
import { startCasbin } from './support/casbin.js'
import { startCedar } from './support/cedar.js'
import { factsWith, questions, rulesOf } from './support/evaluated-world.js'
import { plotBars } from './support/plot.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { inTurns } from './support/rounds.js'
import { nsOfEach } from './support/timing.js'

/**
 * The evaluator against other engines that run in Node's process, on the same rules and the same
 * questions, half of them allowed. Prints, last, one JSON object with the ratios.
 */

// Node 20's V8 dies when it gives up an optimised function that had a call to WebAssembly inlined.
setFlagsFromString('--no-turbo-inline-js-wasm-calls')

const short = process.argv.includes('--short')
const rounds = short ? 3 : 9
const sizes = [20, 1_000]
const nowMs = Date.parse('2026-06-15T10:00:00Z')
/** Each asked twice: with an action that is allowed and one that is not. */
const cases = questions.map((allowed, index) => ({
  allowed,
  forbidden: { ...allowed, action: `compute:images:read${index}` },
}))

/** Whether the question is allowed. */
type Engine = (question: Question) => boolean
/** Slower ones are asked less often, so that every turn takes about as long. */
const callsPerRound: Record<string, number> = { postern: 500_000, casbin: 2_000, cedar: 2_000 }

function startPostern(size: number): Engine {
  const facts = factsWith(rulesOf(size))
  const decider = new Decider(facts)
  return (asked) => decider.decide(asked, facts.projectOrganizationId, nowMs).effect === 'allow'
}

async function startAll(size: number): Promise<Record<string, Engine>> {
  const rules = rulesOf(size)
  return {
    postern: startPostern(size),
    cedar: startCedar(rules),
    casbin: await startCasbin(rules),
  }
}

function turn(name: string, engine: Engine): () => number {
  const calls = Math.ceil((callsPerRound[name] ?? 1) * (short ? 0.2 : 1))
  return () =>
    nsOfEach(Math.ceil(calls / cases.length), () => {
      for (const { allowed, forbidden } of cases) {
        if (!engine(allowed)) throw new Error(`${name} does not allow`)
        if (engine(forbidden)) throw new Error(`${name} allows what it must not`)
      }
    }) /
    (2 * cases.length)
}

printMachine()
const rows: string[][] = []
const bars: { label: string; value: number }[] = []
const ratios: Record<string, number> = {}
for (const size of sizes) {
  const engines = await startAll(size)
  const turns = Object.fromEntries(
    Object.entries(engines).map(([name, engine]) => [name, turn(name, engine)]),
  )
  for (const warmUp of Object.values(turns)) warmUp()
  const ns: Record<string, number> = await inTurns(turns, rounds)
  for (const [name, each] of Object.entries(ns)) {
    rows.push([size.toLocaleString('en-US'), name, rounded(each), rounded(1e9 / each)])
    bars.push({ label: `${name}, ${size.toLocaleString('en-US')} rules`, value: 1e9 / each })
    if (name !== 'postern') {
      ratios[`posternOver_${name}_${size}`] = Number((each / (ns.postern ?? 1)).toPrecision(3))
    }
  }
}
printTable(['rules', 'engine', 'ns for each decision', 'decisions/s'], rows)
if (!short) {
  const title = 'Decisions in one process, of engines that run in Node'
  plotBars('engines', { title, unit: 'decisions/s', bars, isLogarithmic: true })
}
console.log(JSON.stringify(ratios))
