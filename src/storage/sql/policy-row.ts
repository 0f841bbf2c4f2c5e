import type { Kysely } from 'kysely'
import type { ApplicationId, GroupId, OrganizationId, PolicyId, UserId } from '../../domain/ids.js'
import type { Policy, Rule } from '../../domain/policy.js'
import type { PolicyPrincipal } from '../../domain/principal.js'
import { readStrings } from './json.js'
import { loadRules } from './rule-rows.js'
import type { PolicyRow, Schema } from './schema.js'

/** By id. */
export async function findPolicies(
  db: Kysely<Schema>,
  ids: readonly PolicyId[],
): Promise<readonly Policy[]> {
  if (ids.length === 0) return []
  const query = db.selectFrom('policies').selectAll().where('id', 'in', ids)
  return withRules(db, await query.orderBy('id').execute())
}

/** In the order of the rows. */
export async function withRules(
  db: Kysely<Schema>,
  rows: readonly PolicyRow[],
): Promise<readonly Policy[]> {
  const rules = await loadRules(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) =>
    toPolicy(
      row,
      (rules.get(row.id) ?? []).map((stored) => stored.rule),
    ),
  )
}

export function toHolder(
  row: Pick<PolicyRow, 'user_id' | 'group_id' | 'application_id'>,
): PolicyPrincipal | undefined {
  if (row.user_id !== null) return { type: 'user', id: row.user_id as UserId }
  if (row.group_id !== null) return { type: 'group', id: row.group_id as GroupId }
  if (row.application_id === null) return undefined
  return { type: 'application', id: row.application_id as ApplicationId }
}

function toPolicy(row: PolicyRow, rules: readonly Rule[]): Policy {
  const principal = toHolder(row)
  return {
    id: row.id as PolicyId,
    organizationId: row.organization_id as OrganizationId,
    name: row.name,
    description: row.description,
    tags: readStrings({ name: 'policy.tags', text: row.tags }),
    ...(principal && { principal }),
    rules,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

export function toPolicyRow(policy: Policy): PolicyRow {
  const { principal } = policy
  return {
    id: policy.id,
    organization_id: policy.organizationId,
    name: policy.name,
    description: policy.description,
    tags: JSON.stringify(policy.tags),
    user_id: principal?.type === 'user' ? principal.id : null,
    group_id: principal?.type === 'group' ? principal.id : null,
    application_id: principal?.type === 'application' ? principal.id : null,
    created_at_ms: policy.createdAtMs,
    updated_at_ms: policy.updatedAtMs,
    version: policy.version,
  }
}
