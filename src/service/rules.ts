import { notFound } from '../domain/errors.js'
import { parseId, type RuleId } from '../domain/ids.js'
import type { Policy, Rule } from '../domain/policy.js'
import { parsed } from '../domain/validation.js'
import type { WriteAct } from './act.js'
import { checkEtag } from './etag.js'
import { gained, requireGrants } from './grants.js'
import { protectIamPath } from './iam-path.js'
import { findOwnPolicy, recordPolicy } from './policies.js'
import { requirePermission } from './require.js'
import { parseRules, type RuleInput, requireRuleCount } from './rule-parser.js'
import { reachesOfPolicy } from './rule-reach.js'

export interface RulesTarget {
  readonly policyId: string
  readonly etag: string
}

export interface RulesUpdate extends RulesTarget {
  readonly rules: readonly RuleInput[]
}

export interface NewRule extends RulesTarget {
  readonly rule: RuleInput
}

export interface RuleUpdate extends NewRule {
  readonly ruleId: string
}

export interface RuleTarget extends RulesTarget {
  readonly ruleId: string
}

/** Replaces all rules; each gets a new id. An empty list leaves a policy that says nothing. */
export async function setRules(act: WriteAct, input: RulesUpdate): Promise<Policy> {
  const before = await findTarget(act, input)
  const rules = await parseRules(act, input.rules)
  return replaceRules(
    act,
    before,
    rules.map(({ rule }) => rule),
  )
}

export async function createRule(act: WriteAct, input: NewRule): Promise<Policy> {
  const before = await findTarget(act, input)
  const rule = await parseOneRule(act, input.rule)
  return replaceRules(act, before, [...before.rules, rule])
}

/** The rule keeps its id and place. */
export async function updateRule(act: WriteAct, input: RuleUpdate): Promise<Policy> {
  const before = await findTarget(act, input)
  const old = findRule(before, 'rule.id', input.ruleId)
  const rule = await parseOneRule(act, input.rule)
  return replaceRules(
    act,
    before,
    before.rules.map((other) => (other.id === old.id ? { ...rule, id: old.id } : other)),
  )
}

export async function deleteRule(act: WriteAct, input: RuleTarget): Promise<Policy> {
  const before = await findTarget(act, input)
  const old = findRule(before, 'rule_id', input.ruleId)
  return replaceRules(
    act,
    before,
    before.rules.filter((rule) => rule.id !== old.id),
  )
}

async function findTarget(act: WriteAct, { policyId, etag }: RulesTarget): Promise<Policy> {
  requirePermission(act, 'iam:policy:write')
  const policy = await findOwnPolicy(act, 'policy_id', policyId)
  checkEtag('policy', policy, etag)
  return policy
}

async function parseOneRule(act: WriteAct, input: RuleInput): Promise<Rule> {
  const [first] = await parseRules(act, [input], () => 'rule')
  if (!first) throw new Error('one rule in, one rule out')
  return first.rule
}

function findRule(policy: Policy, field: string, text: string): Rule {
  const id = parsed((v) => parseId<RuleId>(v, field, text))
  const rule = policy.rules.find((candidate) => candidate.id === id)
  if (!rule) throw notFound('rule', id)
  return rule
}

async function replaceRules(
  act: WriteAct,
  before: Policy,
  rules: readonly Rule[],
): Promise<Policy> {
  parsed((v) => requireRuleCount(v, rules))
  const after: Policy = {
    ...before,
    rules,
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  if (before.principal) {
    const change = {
      before: await reachesOfPolicy(act, before),
      after: await reachesOfPolicy(act, after),
    }
    requireGrants(act, gained(change))
  }
  await act.tx.policies.update(after)
  await act.tx.policies.setRules(after)
  recordPolicy(act, 'iam:policy:write', { before, after })
  await protectIamPath(act)
  return after
}
