import type { Kysely } from 'kysely'
import type { Group, GroupMembers } from '../../domain/group.js'
import type { GroupId, OrganizationId } from '../../domain/ids.js'
import type { GroupFilter, GroupWriter } from '../../service/ports/groups.js'
import type { PageRequest } from '../../service/ports/paging.js'
import { deleting, storing } from './errors.js'
import { toGroupRow, withMembers } from './group-row.js'
import { takeHolderId } from './holder.js'
import { inChunks } from './in-chunks.js'
import { after } from './page.js'
import type { Schema } from './schema.js'

export class GroupStore implements GroupWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(id: GroupId): Promise<Group | undefined> {
    const query = this.#db.selectFrom('groups').selectAll().where('id', '=', id)
    const [group] = await withMembers(this.#db, await query.execute())
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
    return withMembers(this.#db, rows)
  }

  async insert(group: Group): Promise<void> {
    await takeHolderId(this.#db, { noun: 'group', id: group.id })
    const query = this.#db.insertInto('groups').values(toGroupRow(group))
    await storing({ noun: 'group', id: group.id }, () => query.execute())
    await this.#insertMembers(group, group)
  }

  async update(group: Group): Promise<void> {
    const { id, ...row } = toGroupRow(group)
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
      await inChunks(users, (some) => this.#db.insertInto('group_users').values(some).execute())
      await inChunks(applications, (some) =>
        this.#db.insertInto('group_applications').values(some).execute(),
      )
    })
  }
}
