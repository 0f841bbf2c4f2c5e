import { type CompileCondition, compileStored } from '../../domain/condition/condition.js'
import type { PolicyId } from '../../domain/ids.js'
import type { CompiledPolicy, CompiledRule } from '../../domain/policy.js'
import type { PermissionLists } from './permission-lists.js'
import { toHolder } from './policy-row.js'
import { policyUnreadable, type StoredRule } from './rule-rows.js'
import type { PolicyRow } from './schema.js'

export interface CompilingDeps {
  readonly permissionLists: PermissionLists
  readonly compileCondition: CompileCondition
}

export type PolicyHead = Pick<PolicyRow, 'id' | 'name' | 'user_id' | 'group_id' | 'application_id'>

/** Throws `unavailable` when a part of the policy cannot be read: it may be what denies. */
export function compilePolicy(
  row: PolicyHead,
  rules: readonly StoredRule[],
  deps: CompilingDeps,
): CompiledPolicy {
  const principal = toHolder(row)
  if (!principal) throw policyUnreadable('a stored policy has lost its principal')
  return {
    id: row.id as PolicyId,
    name: row.name,
    principal,
    rules: rules.map((stored) => compileRule(row, stored, deps)),
  }
}

function compileRule(
  policy: PolicyHead,
  { rule, sets }: StoredRule,
  deps: CompilingDeps,
): CompiledRule {
  return {
    id: rule.id,
    policyId: policy.id as PolicyId,
    policyName: policy.name,
    effect: rule.effect,
    scopeType: rule.scopeType,
    scope: rule.scope,
    permissions: deps.permissionLists.of(sets),
    permissionSetNames: rule.permissionSetNames,
    resources: rule.resources,
    ...(rule.condition !== '' && {
      condition: compileStored(rule.condition, deps.compileCondition),
    }),
  }
}
