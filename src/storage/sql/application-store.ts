import type { Kysely } from 'kysely'
import type { Application } from '../../domain/application.js'
import type { ApplicationId, OrganizationId } from '../../domain/ids.js'
import type { ApplicationFilter, ApplicationWriter } from '../../service/ports/applications.js'
import type { PageRequest } from '../../service/ports/paging.js'
import { deleting, storing } from './errors.js'
import { takeHolderId } from './holder.js'
import { readAttributes, readStrings } from './json.js'
import { after } from './page.js'
import type { ApplicationRow, Schema } from './schema.js'

export class ApplicationStore implements ApplicationWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(id: ApplicationId): Promise<Application | undefined> {
    const query = this.#db.selectFrom('applications').selectAll().where('id', '=', id)
    const row = await query.executeTakeFirst()
    return row && toApplication(row)
  }

  async list(
    organizationId: OrganizationId,
    { name, externalId }: ApplicationFilter,
    page: PageRequest,
  ): Promise<readonly Application[]> {
    const rows = await this.#db
      .selectFrom('applications')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
      .$if(externalId !== undefined, (query) => query.where('external_id', '=', externalId ?? ''))
      .where(after(page))
      .orderBy('created_at_ms')
      .orderBy('id')
      .limit(page.size)
      .execute()
    return rows.map(toApplication)
  }

  async insert(application: Application): Promise<void> {
    await takeHolderId(this.#db, { noun: 'application', id: application.id })
    const query = this.#db.insertInto('applications').values(toRow(application))
    await storing({ noun: 'application', id: application.id }, () => query.execute())
  }

  async update(application: Application): Promise<void> {
    const { id, ...row } = toRow(application)
    const query = this.#db.updateTable('applications').set(row).where('id', '=', id)
    await storing({ noun: 'application', id }, () => query.execute())
  }

  async delete(id: ApplicationId): Promise<void> {
    const query = this.#db.deleteFrom('applications').where('id', '=', id)
    await deleting({ noun: 'application', id }, () => query.execute())
  }
}

export function toApplication(row: ApplicationRow): Application {
  return {
    id: row.id as ApplicationId,
    organizationId: row.organization_id as OrganizationId,
    name: row.name,
    description: row.description,
    ...(row.external_id !== null && { externalId: row.external_id }),
    tags: readStrings({ name: 'application.tags', text: row.tags }),
    attributes: readAttributes({ name: 'application.attributes', text: row.attributes }),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

function toRow(application: Application): ApplicationRow {
  return {
    id: application.id,
    organization_id: application.organizationId,
    name: application.name,
    description: application.description,
    external_id: application.externalId ?? null,
    tags: JSON.stringify(application.tags),
    attributes: JSON.stringify(application.attributes),
    created_at_ms: application.createdAtMs,
    updated_at_ms: application.updatedAtMs,
    version: application.version,
  }
}
