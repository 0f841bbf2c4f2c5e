import type { CompiledPolicy, CompiledRule } from './policy.js'
import { RuleIndex } from './rule-index.js'

/** Everything that the policies of one principal and its groups say, joined once and indexed. */
export interface AuthorizationView {
  readonly denies: RuleIndex
  readonly allows: RuleIndex
}

export function createAuthorizationView(policies: Iterable<CompiledPolicy>): AuthorizationView {
  const denies: CompiledRule[] = []
  const allows: CompiledRule[] = []
  for (const policy of policies) {
    for (const rule of policy.rules) (rule.effect === 'deny' ? denies : allows).push(rule)
  }
  return { denies: new RuleIndex(denies), allows: new RuleIndex(allows) }
}
