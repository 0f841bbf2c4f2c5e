import type { Kysely } from 'kysely'
import type { OrganizationId, PermissionSetId, PolicyId } from '../../domain/ids.js'
import type { CustomPermissionSet } from '../../domain/permission-set.js'
import type { Policy } from '../../domain/policy.js'
import type { PermissionSetWriter } from '../../service/ports/permission-sets.js'
import { deleting, storing } from './errors.js'
import { readStrings } from './json.js'
import { findPolicies } from './policy-row.js'
import type { PermissionSetRow, Schema } from './schema.js'

export class PermissionSetStore implements PermissionSetWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(
    organizationId: OrganizationId,
    name: string,
  ): Promise<CustomPermissionSet | undefined> {
    const query = this.#db.selectFrom('permission_sets').selectAll()
    const own = query.where('organization_id', '=', organizationId).where('name', '=', name)
    const row = await own.executeTakeFirst()
    return row && toPermissionSet(row)
  }

  async list(organizationId: OrganizationId): Promise<readonly CustomPermissionSet[]> {
    const query = this.#db.selectFrom('permission_sets').selectAll()
    const own = query.where('organization_id', '=', organizationId).orderBy('name')
    return (await own.execute()).map(toPermissionSet)
  }

  async policiesUsing(id: PermissionSetId): Promise<readonly Policy[]> {
    const rows = await this.#db
      .selectFrom('rule_permission_sets')
      .innerJoin('rules', 'rules.id', 'rule_permission_sets.rule_id')
      .select('rules.policy_id')
      .distinct()
      .where('rule_permission_sets.permission_set_id', '=', id)
      .execute()
    return findPolicies(
      this.#db,
      rows.map((row) => row.policy_id as PolicyId),
    )
  }

  async insert(set: CustomPermissionSet): Promise<void> {
    const query = this.#db.insertInto('permission_sets').values(toRow(set))
    await storing({ noun: 'permission_set', id: set.id }, () => query.execute())
  }

  async update(set: CustomPermissionSet): Promise<void> {
    const { id, ...row } = toRow(set)
    const query = this.#db.updateTable('permission_sets').set(row).where('id', '=', id)
    await storing({ noun: 'permission_set', id }, () => query.execute())
  }

  async delete(id: PermissionSetId): Promise<void> {
    const query = this.#db.deleteFrom('permission_sets').where('id', '=', id)
    await deleting({ noun: 'permission_set', id }, () => query.execute())
  }
}

function toPermissionSet(row: PermissionSetRow): CustomPermissionSet {
  return {
    id: row.id as PermissionSetId,
    organizationId: row.organization_id as OrganizationId,
    name: row.name,
    scopeType: row.scope_type,
    description: row.description,
    permissions: readStrings({ name: 'permission_set.permissions', text: row.permissions }),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

function toRow(set: CustomPermissionSet): PermissionSetRow {
  return {
    id: set.id,
    organization_id: set.organizationId,
    name: set.name,
    scope_type: set.scopeType,
    description: set.description,
    permissions: JSON.stringify(set.permissions),
    created_at_ms: set.createdAtMs,
    updated_at_ms: set.updatedAtMs,
    version: set.version,
  }
}
