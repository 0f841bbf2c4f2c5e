import type { Kysely } from 'kysely'
import type { ProjectId, RuleId } from '../../domain/ids.js'
import type { Rule, Scope } from '../../domain/policy.js'
import { unavailable } from './errors.js'
import { groupBy } from './group-by.js'
import { readStrings } from './json.js'
import type { RuleRow, Schema } from './schema.js'

/** A rule and the permission sets it names, in the rule's order. */
export interface StoredRule {
  readonly rule: Rule
  readonly sets: readonly NamedSet[]
}

export type NamedSet = BuiltinSet | OwnSet

interface BuiltinSet {
  readonly kind: 'builtin'
  readonly name: string
}

interface OwnSet {
  readonly kind: 'own'
  readonly id: string
  readonly name: string
  /** JSON. */
  readonly permissions: string
}

/** The rules of each policy, by position: three queries, however many policies. */
export async function loadRules(
  db: Kysely<Schema>,
  policyIds: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredRule[]>> {
  if (policyIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('rules')
    .selectAll()
    .where('policy_id', 'in', policyIds)
    .orderBy('policy_id')
    .orderBy('position')
    .execute()
  const sets = groupBy(await selectSets(db, policyIds), (row) => row.rule_id)
  const projects = groupBy(await selectProjects(db, policyIds), (row) => row.rule_id)
  const rules = groupBy(rows, (row) => row.policy_id)
  const parts = (row: RuleRow): StoredRule =>
    toStoredRule(row, {
      sets: (sets.get(row.id) ?? []).map(toNamedSet),
      projectIds: (projects.get(row.id) ?? []).map((project) => project.project_id as ProjectId),
    })
  return new Map([...rules].map(([policyId, own]) => [policyId, own.map(parts)]))
}

function selectSets(db: Kysely<Schema>, policyIds: readonly string[]): Promise<SetRow[]> {
  return db
    .selectFrom('rule_permission_sets as used')
    .innerJoin('rules', 'rules.id', 'used.rule_id')
    .leftJoin('permission_sets as own', 'own.id', 'used.permission_set_id')
    .select(['used.rule_id', 'used.builtin_name', 'own.id', 'own.name', 'own.permissions'])
    .where('rules.policy_id', 'in', policyIds)
    .orderBy('used.rule_id')
    .orderBy('used.position')
    .execute()
}

function selectProjects(db: Kysely<Schema>, policyIds: readonly string[]) {
  return db
    .selectFrom('rule_projects as used')
    .innerJoin('rules', 'rules.id', 'used.rule_id')
    .select(['used.rule_id', 'used.project_id'])
    .where('rules.policy_id', 'in', policyIds)
    .orderBy('used.rule_id')
    .orderBy('used.position')
    .execute()
}

interface SetRow {
  readonly rule_id: string
  readonly builtin_name: string | null
  readonly id: string | null
  readonly name: string | null
  readonly permissions: string | null
}

function toNamedSet({ builtin_name: builtinName, id, name, permissions }: SetRow): NamedSet {
  if (builtinName !== null) return { kind: 'builtin', name: builtinName }
  if (id !== null && name !== null && permissions !== null) {
    return { kind: 'own', id, name, permissions }
  }
  throw policyUnreadable('a stored rule names a permission set that does not exist')
}

function toStoredRule(
  row: RuleRow,
  { sets, projectIds }: { sets: readonly NamedSet[]; projectIds: readonly ProjectId[] },
): StoredRule {
  const scope: Scope =
    row.scope_kind === 'organization' ? { kind: 'organization' } : { kind: 'projects', projectIds }
  return {
    sets,
    rule: {
      id: row.id as RuleId,
      effect: row.effect,
      permissionSetNames: sets.map((set) => set.name),
      scopeType: row.scope_type,
      scope,
      resources: readPolicyStrings('rule.resources', row.resources),
      condition: row.condition,
    },
  }
}

/** Decisions fail closed on a policy that cannot be read, rather than go on without it. */
export function policyUnreadable(message: string): Error {
  return unavailable('POLICY_UNREADABLE', message)
}

export function readPolicyStrings(name: string, text: string): readonly string[] {
  return readStrings({ name, text, reason: 'POLICY_UNREADABLE' })
}
