import { type CompileCondition, compileStored } from '../../domain/condition/condition.js'
import type { PolicyId } from '../../domain/ids.js'
import type { FindBuiltinPermissionSet } from '../../domain/permission-set.js'
import type { CompiledPolicy, CompiledRule } from '../../domain/policy.js'
import { toHolder } from './policy-row.js'
import { type NamedSet, policyUnreadable, readPolicyStrings, type StoredRule } from './rule-rows.js'
import type { PolicyRow } from './schema.js'

export interface CompilingDeps {
  readonly findBuiltin: FindBuiltinPermissionSet
  readonly compileCondition: CompileCondition
}

type PolicyHead = Pick<PolicyRow, 'id' | 'name' | 'user_id' | 'group_id' | 'application_id'>

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
  const permissions = sets.flatMap((set) => permissionsOf(set, deps.findBuiltin))
  return {
    id: rule.id,
    policyId: policy.id as PolicyId,
    policyName: policy.name,
    effect: rule.effect,
    scopeType: rule.scopeType,
    scope: rule.scope,
    permissions: [...new Set(permissions)],
    permissionSetNames: rule.permissionSetNames,
    resources: rule.resources,
    ...(rule.condition !== '' && {
      condition: compileStored(rule.condition, deps.compileCondition),
    }),
  }
}

function permissionsOf(
  { name, permissions }: NamedSet,
  findBuiltin: FindBuiltinPermissionSet,
): readonly string[] {
  if (permissions !== undefined) return readPolicyStrings('permission_set.permissions', permissions)
  const builtin = findBuiltin(name)
  if (!builtin) throw policyUnreadable(`the permission set \`${name}\` is not built in any more`)
  return builtin.permissions
}
