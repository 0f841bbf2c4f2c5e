import type { Kysely } from 'kysely'
import type { OrganizationId } from '../../domain/ids.js'
import type { Organization } from '../../domain/organization.js'
import type { OrganizationWriter } from '../../service/ports/organizations.js'
import { storing } from './errors.js'
import type { OrganizationRow, Schema } from './schema.js'

export class OrganizationStore implements OrganizationWriter {
  readonly #db: Kysely<Schema>
  readonly #lock: (id: OrganizationId) => Promise<void>

  constructor(db: Kysely<Schema>, lock: (id: OrganizationId) => Promise<void>) {
    this.#db = db
    this.#lock = lock
  }

  lock(id: OrganizationId): Promise<void> {
    return this.#lock(id)
  }

  async find(id: OrganizationId): Promise<Organization | undefined> {
    const query = this.#db.selectFrom('organizations').selectAll().where('id', '=', id)
    return toOrganization(await query.executeTakeFirst())
  }

  async findRoot(): Promise<Organization | undefined> {
    const query = this.#db.selectFrom('organizations').selectAll().where('root', '=', 1)
    return toOrganization(await query.executeTakeFirst())
  }

  async insert(organization: Organization): Promise<void> {
    const query = this.#db.insertInto('organizations').values(toRow(organization))
    await storing({ noun: 'organization', id: organization.id }, () => query.execute())
  }

  async update(organization: Organization): Promise<void> {
    const { id, ...row } = toRow(organization)
    const query = this.#db.updateTable('organizations').set(row).where('id', '=', id)
    await storing({ noun: 'organization', id }, () => query.execute())
  }

  /** Policies and keys refer to what the cascade would delete first, so they go before. */
  async delete(id: OrganizationId): Promise<void> {
    await this.#db.deleteFrom('policies').where('organization_id', '=', id).execute()
    await this.#db.deleteFrom('api_keys').where('organization_id', '=', id).execute()
    await this.#db.deleteFrom('organizations').where('id', '=', id).execute()
  }
}

function toOrganization(row: OrganizationRow | undefined): Organization | undefined {
  return (
    row && {
      id: row.id as OrganizationId,
      name: row.name,
      ...(row.api_key_ttl_max_ms !== null && { apiKeyTtlMaxMs: row.api_key_ttl_max_ms }),
      root: row.root === 1,
      createdAtMs: row.created_at_ms,
      updatedAtMs: row.updated_at_ms,
      version: row.version,
    }
  )
}

function toRow(organization: Organization): OrganizationRow {
  return {
    id: organization.id,
    name: organization.name,
    api_key_ttl_max_ms: organization.apiKeyTtlMaxMs ?? null,
    root: organization.root ? 1 : 0,
    created_at_ms: organization.createdAtMs,
    updated_at_ms: organization.updatedAtMs,
    version: organization.version,
  }
}
