import type { ExplainedPolicy, ExplainedRule, RuleOutcome } from '../domain/explain.js'
import type { Explanation } from '../service/ask.js'
import {
  type AuthorizeResponse,
  type ExplainResponse,
  RuleOutcome as WireOutcome,
  type ExplainedPolicy as WirePolicy,
  type ExplainedRule as WireRule,
} from './gen/postern/v1/authorization.js'
import { toPolicyPrincipal, toRule } from './rule.js'

export function toExplanation(
  { groups, policies, steps }: Explanation,
  answer: AuthorizeResponse,
): ExplainResponse {
  return {
    answer,
    groups: groups.map(({ id, name }) => ({ id, name })),
    policies: policies.map(toExplainedPolicy),
    steps: [...steps],
  }
}

function toExplainedPolicy({ policy, rules }: ExplainedPolicy): WirePolicy {
  return {
    id: policy.id,
    name: policy.name,
    via: toPolicyPrincipal(policy.principal),
    rules: rules.map(toExplainedRule),
  }
}

const outcomes = {
  matched: WireOutcome.MATCHED,
  'action-differs': WireOutcome.ACTION_DIFFERS,
  'scope-differs': WireOutcome.SCOPE_DIFFERS,
  'resource-differs': WireOutcome.RESOURCE_DIFFERS,
  'condition-false': WireOutcome.CONDITION_FALSE,
  'condition-error': WireOutcome.CONDITION_ERROR,
} as const satisfies Record<RuleOutcome['kind'], WireOutcome>

function toExplainedRule({ rule, outcome, matched }: ExplainedRule): WireRule {
  return {
    rule: toRule({ ...rule, condition: rule.condition?.source ?? '' }),
    outcome: outcomes[outcome.kind],
    matched,
    error: outcome.kind === 'condition-error' ? outcome.message : '',
  }
}
