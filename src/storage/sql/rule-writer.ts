import type { Kysely } from 'kysely'
import type { OrganizationId, RuleId } from '../../domain/ids.js'
import type { FindBuiltinPermissionSet } from '../../domain/permission-set.js'
import type { Policy, Rule } from '../../domain/policy.js'
import { invalid } from '../../domain/validation.js'
import { storing } from './errors.js'
import { inChunks } from './in-chunks.js'
import type { RulePermissionSetRow, RuleRow, Schema } from './schema.js'

export interface RuleWriterDeps {
  readonly db: Kysely<Schema>
  readonly findBuiltin: FindBuiltinPermissionSet
}

/** Writes the policy's rules, of which there must be none yet. */
export async function insertRules(deps: RuleWriterDeps, policy: Policy): Promise<void> {
  const { db } = deps
  const rules = policy.rules.map((rule, position) => toRuleRow(policy, rule, position))
  const sets = await permissionSetRows(deps, policy)
  const projects = policy.rules.flatMap((rule) => projectRows(policy.organizationId, rule))
  await storing({ noun: 'policy', id: policy.id }, async () => {
    await inChunks(rules, (some) => db.insertInto('rules').values(some).execute())
    await inChunks(sets, (some) => db.insertInto('rule_permission_sets').values(some).execute())
    await inChunks(projects, (some) => db.insertInto('rule_projects').values(some).execute())
  })
}

function toRuleRow(policy: Policy, rule: Rule, position: number): RuleRow {
  return {
    id: rule.id,
    organization_id: policy.organizationId,
    policy_id: policy.id,
    position,
    effect: rule.effect,
    scope_type: rule.scopeType,
    scope_kind: rule.scope.kind,
    resources: JSON.stringify(rule.resources),
    condition: rule.condition,
  }
}

function projectRows(organizationId: OrganizationId, { id, scope }: Rule) {
  if (scope.kind === 'organization') return []
  return scope.projectIds.map((projectId, position) => ({
    organization_id: organizationId,
    rule_id: id,
    position,
    project_id: projectId,
  }))
}

/** Own sets are referred to by id, so that a rule follows its set when that is renamed. */
async function permissionSetRows(
  { db, findBuiltin }: RuleWriterDeps,
  { organizationId, rules }: Policy,
): Promise<RulePermissionSetRow[]> {
  const names = new Set(rules.flatMap((rule) => rule.permissionSetNames))
  const ownNames = [...names].filter((name) => !findBuiltin(name))
  const ids = await ownSetIds(db, organizationId, ownNames)
  const missing = ownNames.find((name) => !ids.has(name))
  if (missing !== undefined) throw unknownSet(rules, missing)
  const toRow = (ruleId: RuleId, name: string, position: number): RulePermissionSetRow => {
    const ownId = ids.get(name)
    const set = ownId === undefined ? { builtin_name: name } : { permission_set_id: ownId }
    const empty = { builtin_name: null, permission_set_id: null }
    return { organization_id: organizationId, rule_id: ruleId, position, ...empty, ...set }
  }
  return rules.flatMap((rule) =>
    rule.permissionSetNames.map((name, position) => toRow(rule.id, name, position)),
  )
}

async function ownSetIds(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await inChunks(names, (some) =>
    db
      .selectFrom('permission_sets')
      .select(['id', 'name'])
      .where('organization_id', '=', organizationId)
      .where('name', 'in', some)
      .execute(),
  )
  return new Map(rows.map((row) => [row.name, row.id]))
}

function unknownSet(rules: readonly Rule[], name: string): Error {
  const index = rules.findIndex((rule) => rule.permissionSetNames.includes(name))
  const description = `permission set \`${name}\` does not exist`
  const field = `rules[${index}].permission_set_names`
  return invalid([{ field, reason: 'UNKNOWN', description }])
}
