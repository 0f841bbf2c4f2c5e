import { type Kysely, sql } from 'kysely'
import type { OrganizationId, ProjectId } from '../../domain/ids.js'
import { defaultProjectId, type Project } from '../../domain/project.js'
import type { PageRequest } from '../../service/ports/paging.js'
import type { ProjectWriter } from '../../service/ports/projects.js'
import { deleting, storing } from './errors.js'
import { inChunks } from './in-chunks.js'
import { after } from './page.js'
import type { ProjectRow, Schema } from './schema.js'

export class ProjectStore implements ProjectWriter {
  readonly #db: Kysely<Schema>
  readonly #now: () => number

  constructor(db: Kysely<Schema>, now: () => number) {
    this.#db = db
    this.#now = now
  }

  async find(id: ProjectId): Promise<Project | undefined> {
    const query = this.#db.selectFrom('projects').selectAll().where('id', '=', id)
    const row = await query.executeTakeFirst()
    return row && toProject(row)
  }

  async findByName(organizationId: OrganizationId, name: string): Promise<Project | undefined> {
    const row = await this.#db
      .selectFrom('projects')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('name', '=', name)
      .executeTakeFirst()
    return row && toProject(row)
  }

  async existing(
    organizationId: OrganizationId,
    ids: readonly ProjectId[],
  ): Promise<Set<ProjectId>> {
    const rows = await inChunks(ids, (some) =>
      this.#db
        .selectFrom('projects')
        .select('id')
        .where('organization_id', '=', organizationId)
        .where('id', 'in', some)
        .execute(),
    )
    return new Set(rows.map((row) => row.id as ProjectId))
  }

  async list(organizationId: OrganizationId, page: PageRequest): Promise<readonly Project[]> {
    const rows = await this.#db
      .selectFrom('projects')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where(after(page))
      .orderBy('created_at_ms')
      .orderBy('id')
      .limit(page.size)
      .execute()
    return rows.map(toProject)
  }

  async insert(project: Project): Promise<void> {
    const query = this.#db.insertInto('projects').values(toRow(project))
    await storing({ noun: 'project', id: project.id }, () => query.execute())
  }

  async update(project: Project): Promise<void> {
    const { id, ...row } = toRow(project)
    const query = this.#db.updateTable('projects').set(row).where('id', '=', id)
    await storing({ noun: 'project', id }, () => query.execute())
  }

  async delete(project: Project): Promise<void> {
    await this.#touchPolicies(project)
    await this.#releaseKeys(project)
    const query = this.#db.deleteFrom('projects').where('id', '=', project.id)
    await deleting({ noun: 'project', id: project.id }, () => query.execute())
  }

  /** Their rules change when the database deletes the rules' rows of the project. */
  async #touchPolicies({ id, organizationId }: Project): Promise<void> {
    const scoped = this.#db
      .selectFrom('rule_projects')
      .innerJoin('rules', 'rules.id', 'rule_projects.rule_id')
      .select('rules.policy_id')
      .where('rule_projects.organization_id', '=', organizationId)
      .where('rule_projects.project_id', '=', id)
    await this.#db
      .updateTable('policies')
      .set({ version: sql`version + 1`, updated_at_ms: this.#now() })
      .where('id', 'in', scoped)
      .execute()
  }

  async #releaseKeys({ id, organizationId }: Project): Promise<void> {
    await this.#db
      .updateTable('api_keys')
      .set({
        default_project_id: defaultProjectId(organizationId),
        version: sql`version + 1`,
        updated_at_ms: this.#now(),
      })
      .where('organization_id', '=', organizationId)
      .where('default_project_id', '=', id)
      .execute()
  }
}

export function toProject(row: ProjectRow): Project {
  return {
    id: row.id as ProjectId,
    organizationId: row.organization_id as OrganizationId,
    name: row.name,
    description: row.description,
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

function toRow(project: Project): ProjectRow {
  return {
    id: project.id,
    organization_id: project.organizationId,
    name: project.name,
    description: project.description,
    created_at_ms: project.createdAtMs,
    updated_at_ms: project.updatedAtMs,
    version: project.version,
  }
}
