import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { OrganizationId, ProjectId } from '../../domain/ids.js'
import type { RegisteredResource } from '../../domain/registered-resource.js'
import type {
  ResourceFilter,
  ResourceKey,
  ResourcePage,
  ResourceWriter,
} from '../../service/ports/resources.js'
import { storing } from './errors.js'
import { readAttributes } from './json.js'
import type { ResourceRow, Schema } from './schema.js'

export class ResourceStore implements ResourceWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(
    organizationId: OrganizationId,
    { type, id }: ResourceKey,
  ): Promise<RegisteredResource | undefined> {
    const row = await this.#db
      .selectFrom('resources')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('type', '=', type)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toResource(row)
  }

  async list(
    organizationId: OrganizationId,
    { type, projectId }: ResourceFilter,
    page: ResourcePage,
  ): Promise<readonly RegisteredResource[]> {
    const rows = await this.#db
      .selectFrom('resources')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .$if(type !== undefined, (query) => query.where('type', '=', type ?? ''))
      .$if(projectId !== undefined, (query) => query.where('project_id', '=', projectId ?? ''))
      .where(after(page))
      .orderBy('type')
      .orderBy('id')
      .limit(page.size)
      .execute()
    return rows.map(toResource)
  }

  async insert(resource: RegisteredResource): Promise<void> {
    const query = this.#db.insertInto('resources').values(toRow(resource))
    await storing({ noun: 'resource', id: resource.id }, () => query.execute())
  }

  async update(resource: RegisteredResource): Promise<void> {
    const { organization_id, type, id, ...row } = toRow(resource)
    const query = this.#db
      .updateTable('resources')
      .set(row)
      .where('organization_id', '=', organization_id)
      .where('type', '=', type)
      .where('id', '=', id)
    await storing({ noun: 'resource', id }, () => query.execute())
  }

  async delete(organizationId: OrganizationId, { type, id }: ResourceKey): Promise<void> {
    await this.#db
      .deleteFrom('resources')
      .where('organization_id', '=', organizationId)
      .where('type', '=', type)
      .where('id', '=', id)
      .execute()
  }
}

function after({ after: position }: ResourcePage): RawBuilder<SqlBool> {
  if (!position) return sql<SqlBool>`1 = 1`
  return sql<SqlBool>`(type, id) > (${position.type}, ${position.id})`
}

function toResource(row: ResourceRow): RegisteredResource {
  return {
    organizationId: row.organization_id as OrganizationId,
    ...(row.project_id !== null && { projectId: row.project_id as ProjectId }),
    type: row.type,
    id: row.id,
    name: row.name,
    locality: row.locality,
    attributes: readAttributes({ name: 'resource.attributes', text: row.attributes }),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

function toRow(resource: RegisteredResource): ResourceRow {
  return {
    organization_id: resource.organizationId,
    type: resource.type,
    id: resource.id,
    project_id: resource.projectId ?? null,
    name: resource.name,
    locality: resource.locality,
    attributes: JSON.stringify(resource.attributes),
    created_at_ms: resource.createdAtMs,
    updated_at_ms: resource.updatedAtMs,
    version: resource.version,
  }
}
