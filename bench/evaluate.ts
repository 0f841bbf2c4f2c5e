import { createAuthorizationView } from '../src/domain/authorization-view.js'
import { compileCondition } from '../src/domain/condition/compile.js'
import type { Condition } from '../src/domain/condition/condition.js'
import { type DecisionFacts, evaluate } from '../src/domain/evaluate.js'
import type { OrganizationId, PolicyId, ProjectId, RuleId, UserId } from '../src/domain/ids.js'
import type { CompiledRule } from '../src/domain/policy.js'
import type { Question } from '../src/domain/question.js'
import { printMachine, printTable, rounded } from './support/report.js'
import { inTurns } from './support/rounds.js'

/**
 * The evaluator alone: decisions for each second against principals whose policies hold more and
 * more rules that cannot match the question. Prints, last, one JSON object with the ratio.
 */

const short = process.argv.includes('--short')
const rounds = short ? 3 : 15
const callsPerRound = short ? 100_000 : 500_000

const organizationId = 'organization' as OrganizationId
const projectId = 'project' as ProjectId
const nowMs = Date.parse('2026-06-15T10:00:00Z')

const question: Question = {
  action: 'compute:servers:start',
  resource: { projectId, type: 'server', id: 'web-1', path: 'server/web-1', attributes: {} },
  request: { ip: '10.1.2.3' },
  context: {},
}

const matching = rule('match', { permissions: ['compute:servers:*'] })

/** Each differs from the question in action, project, or resource. */
function unmatching(index: number): CompiledRule {
  switch (index % 4) {
    case 0:
      return rule(`action-${index}`, { permissions: [`service${index}:things:*`] })
    case 1:
      return rule(`verb-${index}`, { permissions: [`*:verb${index}`] })
    case 2:
      return rule(`project-${index}`, {
        permissions: ['compute:servers:*'],
        scope: { kind: 'projects', projectIds: [`project-${index}` as ProjectId] },
      })
    default:
      return rule(`resource-${index}`, {
        permissions: ['compute:servers:*'],
        resources: [`server/db-${index}`],
      })
  }
}

function rule(id: string, parts: Partial<CompiledRule>): CompiledRule {
  return {
    id: id as RuleId,
    policyId: 'policy' as PolicyId,
    policyName: 'policy',
    effect: 'allow',
    scopeType: 'projects',
    scope: { kind: 'organization' },
    permissions: [],
    permissionSetNames: [],
    resources: [],
    ...parts,
  }
}

function factsWith(rules: readonly CompiledRule[]): DecisionFacts {
  const principal = { type: 'user', id: 'user' as UserId } as const
  const policy = { id: 'policy' as PolicyId, name: 'policy', principal, rules }
  return {
    principal: {
      ref: principal,
      organizationId,
      owner: false,
      status: 'active',
      groupIds: [],
      attributes: {},
      tags: [],
    },
    projectOrganizationId: organizationId,
    view: createAuthorizationView([policy]),
  }
}

function conditional(source: string): Condition {
  const compiled = compileCondition(source)
  if (!compiled.ok) throw new Error(compiled.problem.description)
  return compiled.condition
}

function worldOf(count: number): readonly CompiledRule[] {
  return [matching, ...Array.from({ length: count - 1 }, (_, index) => unmatching(index))]
}

const worlds = {
  '1 rule': factsWith(worldOf(1)),
  '20 rules': factsWith(worldOf(20)),
  '1,000 rules': factsWith(worldOf(1_000)),
  '10,000 rules': factsWith(worldOf(10_000)),
  '20 rules, none matches': factsWith(worldOf(20).slice(1)),
  '20 rules, the matching one with CEL': factsWith([
    {
      ...matching,
      condition: conditional('inIpRange(request.ip, "10.0.0.0/8") && resource.id == "web-1"'),
    },
    ...worldOf(20).slice(1),
  ]),
}

type World = keyof typeof worlds

/** Answers nanoseconds for each decision; throws when the answer is wrong. */
function measure(name: World): number {
  const facts = worlds[name]
  const expected = name === '20 rules, none matches' ? 'NO_MATCHING_RULE' : 'RULE'
  const startNs = process.hrtime.bigint()
  for (let call = 0; call < callsPerRound; call++) {
    if (evaluate(facts, question, nowMs).reason !== expected) throw new Error(`wrong: ${name}`)
  }
  return Number(process.hrtime.bigint() - startNs) / callsPerRound
}

printMachine()
const names = Object.keys(worlds) as World[]
for (const name of names) measure(name)
const contenders = Object.fromEntries(names.map((name) => [name, () => measure(name)]))
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
