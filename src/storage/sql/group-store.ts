import type { Kysely } from 'kysely'
import type { Group, GroupMembers } from '../../domain/group.js'
import type { ApplicationId, GroupId, OrganizationId, UserId } from '../../domain/ids.js'
import type { GroupFilter, GroupWriter, PageRequest } from '../../service/ports.js'
import { deleting, storing } from './errors.js'
import { groupBy } from './group-by.js'
import { takeHolderId } from './holder.js'
import { readStrings } from './json.js'
import { after } from './page.js'
import type { GroupRow, Schema } from './schema.js'

export class GroupStore implements GroupWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(id: GroupId): Promise<Group | undefined> {
    const query = this.#db.selectFrom('groups').selectAll().where('id', '=', id)
    const [group] = await this.#withMembers(await query.execute())
    return group
  }

  async list(
    organizationId: OrganizationId,
    { name, userId, applicationId }: GroupFilter,
    page: PageRequest,
  ): Promise<readonly Group[]> {
    const ofUser = this.#db
      .selectFrom('group_users')
      .select('group_id')
      .where('user_id', '=', userId ?? '')
    const ofApplication = this.#db
      .selectFrom('group_applications')
      .select('group_id')
      .where('application_id', '=', applicationId ?? '')
    const rows = await this.#db
      .selectFrom('groups')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
      .$if(userId !== undefined, (query) => query.where('id', 'in', ofUser))
      .$if(applicationId !== undefined, (query) => query.where('id', 'in', ofApplication))
      .where(after(page))
      .orderBy('created_at_ms')
      .orderBy('id')
      .limit(page.size)
      .execute()
    return this.#withMembers(rows)
  }

  async insert(group: Group): Promise<void> {
    await takeHolderId(this.#db, { noun: 'group', id: group.id })
    const query = this.#db.insertInto('groups').values(toRow(group))
    await storing({ noun: 'group', id: group.id }, () => query.execute())
    await this.#insertMembers(group, group)
  }

  async update(group: Group): Promise<void> {
    const { id, ...row } = toRow(group)
    const query = this.#db.updateTable('groups').set(row).where('id', '=', id)
    await storing({ noun: 'group', id }, () => query.execute())
  }

  async setMembers(group: Group, members: GroupMembers): Promise<void> {
    await this.#db.deleteFrom('group_users').where('group_id', '=', group.id).execute()
    await this.#db.deleteFrom('group_applications').where('group_id', '=', group.id).execute()
    await this.#insertMembers(group, members)
  }

  async delete(id: GroupId): Promise<void> {
    const query = this.#db.deleteFrom('groups').where('id', '=', id)
    await deleting({ noun: 'group', id }, () => query.execute())
  }

  async #insertMembers({ id, organizationId }: Group, members: GroupMembers): Promise<void> {
    const group = { organization_id: organizationId, group_id: id }
    const users = members.userIds.map((userId) => ({ ...group, user_id: userId }))
    const applications = members.applicationIds.map((applicationId) => ({
      ...group,
      application_id: applicationId,
    }))
    await storing({ noun: 'group', id }, async () => {
      if (users.length > 0) await this.#db.insertInto('group_users').values(users).execute()
      if (applications.length > 0)
        await this.#db.insertInto('group_applications').values(applications).execute()
    })
  }

  /** The members of all groups in two queries, however many groups. */
  async #withMembers(rows: readonly GroupRow[]): Promise<Group[]> {
    if (rows.length === 0) return []
    const ids = rows.map((row) => row.id)
    const users = await this.#db
      .selectFrom('group_users')
      .select(['group_id', 'user_id as member_id'])
      .where('group_id', 'in', ids)
      .orderBy('user_id')
      .execute()
    const applications = await this.#db
      .selectFrom('group_applications')
      .select(['group_id', 'application_id as member_id'])
      .where('group_id', 'in', ids)
      .orderBy('application_id')
      .execute()
    const userIds = membersByGroup(users)
    const applicationIds = membersByGroup(applications)
    return rows.map((row) => ({
      ...toMemberless(row),
      userIds: (userIds.get(row.id) ?? []) as readonly UserId[],
      applicationIds: (applicationIds.get(row.id) ?? []) as readonly ApplicationId[],
    }))
  }
}

function membersByGroup(
  rows: readonly { readonly group_id: string; readonly member_id: string }[],
): ReadonlyMap<string, readonly string[]> {
  const groups = groupBy(rows, (row) => row.group_id)
  return new Map([...groups].map(([id, members]) => [id, members.map((row) => row.member_id)]))
}

function toMemberless(row: GroupRow): Omit<Group, keyof GroupMembers> {
  return {
    id: row.id as GroupId,
    organizationId: row.organization_id as OrganizationId,
    kind: row.kind,
    name: row.name,
    description: row.description,
    tags: readStrings({ name: 'group.tags', text: row.tags }),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

function toRow(group: Group): GroupRow {
  return {
    id: group.id,
    organization_id: group.organizationId,
    kind: group.kind,
    name: group.name,
    description: group.description,
    tags: JSON.stringify(group.tags),
    created_at_ms: group.createdAtMs,
    updated_at_ms: group.updatedAtMs,
    version: group.version,
  }
}
