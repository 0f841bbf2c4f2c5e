import { type CompileCondition, compileStored } from '../../domain/condition/condition.js'
import type { PolicyId } from '../../domain/ids.js'
import type { CompiledPolicy, CompiledRule } from '../../domain/policy.js'
import type { Pacer } from '../../service/pacer.js'
import type { PermissionLists } from './permission-lists.js'
import { toHolder } from './policy-row.js'
import { policyUnreadable, type StoredRule } from './rule-rows.js'
import type { PolicyRow } from './schema.js'

export interface CompilingDeps {
  readonly permissionLists: PermissionLists
  readonly compileCondition: CompileCondition
  readonly pacer: Pacer
}

export type PolicyHead = Pick<PolicyRow, 'id' | 'name' | 'user_id' | 'group_id' | 'application_id'>

/** Rejects with `unavailable` when a part of the policy cannot be read: it may be what denies. */
export async function compilePolicy(
  row: PolicyHead,
  rules: readonly StoredRule[],
  deps: CompilingDeps,
): Promise<CompiledPolicy> {
  const principal = toHolder(row)
  if (!principal) throw policyUnreadable('a stored policy has lost its principal')
  return {
    id: row.id as PolicyId,
    name: row.name,
    principal,
    // To compile a condition can take as long as to read thirty rules.
    rules: await deps.pacer.map(rules, (stored) => compileRule(row, stored, deps)),
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
