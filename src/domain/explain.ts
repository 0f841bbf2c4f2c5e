import { conditionInput } from './evaluate.js'
import { matchesPattern } from './pattern.js'
import type { CompiledPolicy, CompiledRule } from './policy.js'
import type { Principal } from './principal.js'
import type { Question } from './question.js'

/** Why a rule did or did not match: the first thing that excluded it. */
export type RuleOutcome =
  | { readonly kind: 'matched' }
  | { readonly kind: 'action-differs' }
  | { readonly kind: 'scope-differs' }
  | { readonly kind: 'resource-differs' }
  | { readonly kind: 'condition-false' }
  /** An allow rule did not match because of it; a deny rule did. */
  | { readonly kind: 'condition-error'; readonly message: string }

export interface ExplainedRule {
  readonly rule: CompiledRule
  readonly outcome: RuleOutcome
  /** Whether the rule took part in the decision, were it asked to. */
  readonly matched: boolean
}

export interface ExplainedPolicy {
  readonly policy: CompiledPolicy
  readonly rules: readonly ExplainedRule[]
}

/**
 * Walks every rule one by one, without the index: slow and plain, and so a check on it. Policies
 * and rules come in the given order.
 */
export function explainPolicies(
  policies: readonly CompiledPolicy[],
  { principal, question, nowMs }: { principal: Principal; question: Question; nowMs: number },
): ExplainedPolicy[] {
  const input = conditionInput(principal, question, nowMs)
  return policies.map((policy) => ({
    policy,
    rules: policy.rules.map((rule) => {
      const outcome = ruleOutcome(rule, question, input)
      return { rule, outcome, matched: isMatch(rule, outcome) }
    }),
  }))
}

function ruleOutcome(
  rule: CompiledRule,
  question: Question,
  input: ReturnType<typeof conditionInput>,
): RuleOutcome {
  const { action, resource } = question
  if (!rule.permissions.some((pattern) => matchesPattern(pattern, action))) {
    return { kind: 'action-differs' }
  }
  if (!coversScope(rule, question)) return { kind: 'scope-differs' }
  if (
    rule.resources.length > 0 &&
    !rule.resources.some((pattern) => matchesPattern(pattern, resource.path))
  ) {
    return { kind: 'resource-differs' }
  }
  const outcome = rule.condition?.evaluate(input)
  if (outcome?.kind === 'false') return { kind: 'condition-false' }
  if (outcome?.kind === 'error') return { kind: 'condition-error', message: outcome.message }
  return { kind: 'matched' }
}

function coversScope(rule: CompiledRule, { resource }: Question): boolean {
  if (rule.scopeType === 'organization') {
    return rule.scope.kind === 'organization' && resource.projectId === undefined
  }
  if (resource.projectId === undefined) return false
  return rule.scope.kind === 'organization' || rule.scope.projectIds.includes(resource.projectId)
}

function isMatch(rule: CompiledRule, outcome: RuleOutcome): boolean {
  if (outcome.kind === 'matched') return true
  return outcome.kind === 'condition-error' && rule.effect === 'deny'
}
