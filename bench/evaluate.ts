import { compileCondition } from '../src/domain/condition/compile.js'
import type { Condition } from '../src/domain/condition/condition.js'
import { Decider } from '../src/domain/evaluate.js'
import type { CompiledRule } from '../src/domain/policy.js'
import { factsWith, matching, questions, rulesOf } from './support/evaluated-world.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { inTurns } from './support/rounds.js'
import { nsOfEach } from './support/timing.js'

/**
 * The evaluator alone: decisions for each second against principals whose policies hold more and
 * more rules that cannot match the question. Prints, last, one JSON object with the ratio.
 */

const short = process.argv.includes('--short')
const rounds = short ? 5 : 15
const callsPerRound = short ? 200_000 : 500_000
const nowMs = Date.parse('2026-06-15T10:00:00Z')

const withCel = {
  ...matching,
  condition: conditional('inIpRange(request.ip, "10.0.0.0/8") && resource.type == "server"'),
}
const worlds = {
  '1 rule': rulesOf(1),
  '20 rules': rulesOf(20),
  '1,000 rules': rulesOf(1_000),
  '10,000 rules': rulesOf(10_000),
  '20 rules, none matches': rulesOf(20).slice(1),
  '20 rules, the matching one with CEL': [withCel, ...rulesOf(20).slice(1)],
}
type World = keyof typeof worlds
const names = Object.keys(worlds) as World[]

function conditional(source: string): Condition {
  const compiled = compileCondition(source)
  if (!compiled.ok) throw new Error(compiled.problem.description)
  return compiled.condition
}

/** As the service does it: who decides for a key is made once, and asked again and again. */
function contender(name: World, rules: readonly CompiledRule[]): () => number {
  const facts = factsWith(rules)
  const decider = new Decider(facts)
  const expected = name === '20 rules, none matches' ? 'NO_MATCHING_RULE' : 'RULE'
  return () =>
    nsOfEach(callsPerRound / questions.length, () => {
      for (const question of questions) {
        const { reason } = decider.decide(question, facts.projectOrganizationId, nowMs)
        if (reason !== expected) throw new Error(`wrong: ${name}`)
      }
    }) / questions.length
}

printMachine()
const contenders = Object.fromEntries(names.map((name) => [name, contender(name, worlds[name])]))
for (const warmUp of Object.values(contenders)) warmUp()
const ns = await inTurns(contenders as Record<World, () => number>, rounds)
printTable(
  ['principal', 'ns for each decision', 'decisions/s on one core'],
  names.map((name) => [name, rounded(ns[name]), rounded(1e9 / ns[name])]),
)
const ratio = (name: World) => Number((ns[name] / ns['20 rules']).toFixed(2))
console.log(
  JSON.stringify({
    rulesCostRatio1000: ratio('1,000 rules'),
    rulesCostRatio10000: ratio('10,000 rules'),
  }),
)
