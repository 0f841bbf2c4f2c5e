import type { Kysely } from 'kysely'
import type { Group, GroupMembers } from '../../domain/group.js'
import type { ApplicationId, GroupId, OrganizationId, UserId } from '../../domain/ids.js'
import { groupBy } from './group-by.js'
import { readStrings } from './json.js'
import type { GroupRow, Schema } from './schema.js'

/** The members of all groups in two queries, however many groups. */
export async function withMembers(db: Kysely<Schema>, rows: readonly GroupRow[]): Promise<Group[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const users = await db
    .selectFrom('group_users')
    .select(['group_id', 'user_id as member_id'])
    .where('group_id', 'in', ids)
    .orderBy('user_id')
    .execute()
  const applications = await db
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

export function toGroupRow(group: Group): GroupRow {
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
