import type { Kysely } from 'kysely'
import type { OrganizationId } from '../../domain/ids.js'
import type { Principal, PrincipalRef } from '../../domain/principal.js'
import type { ListedPrincipal, PageRequest } from '../../service/ports.js'
import { groupBy } from './group-by.js'
import { after } from './page.js'
import { toApplicationPrincipal, toUserPrincipal } from './principal-row.js'
import type { Schema } from './schema.js'

/** Principals in order of creation, with their groups: three queries, however many they are. */
export async function listPrincipals(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  { type, page }: { readonly type: PrincipalRef['type']; readonly page: PageRequest },
): Promise<readonly ListedPrincipal[]> {
  const implicit = await implicitGroups(db, organizationId, type)
  const list = type === 'user' ? listUsers : listApplications
  return list(db, organizationId, { page, implicit })
}

interface Wanted {
  readonly page: PageRequest
  /** The groups of every principal of the type. */
  readonly implicit: readonly string[]
}

async function implicitGroups(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  type: PrincipalRef['type'],
): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('groups')
    .select('id')
    .where('organization_id', '=', organizationId)
    .where('kind', '=', type === 'user' ? 'all-users' : 'all-applications')
    .execute()
  return rows.map((row) => row.id)
}

async function listUsers(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  { page, implicit }: Wanted,
): Promise<ListedPrincipal[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where(after(page))
    .orderBy('created_at_ms')
    .orderBy('id')
    .limit(page.size)
    .execute()
  if (rows.length === 0) return []
  const members = await db
    .selectFrom('group_users')
    .select(['group_id', 'user_id as member'])
    .where('user_id', 'in', idsOf(rows))
    .execute()
  const groupsOf = createGroupsOf(members, implicit)
  return rows.map((row) => listed(row, toUserPrincipal(row, groupsOf(row.id))))
}

async function listApplications(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  { page, implicit }: Wanted,
): Promise<ListedPrincipal[]> {
  const rows = await db
    .selectFrom('applications')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where(after(page))
    .orderBy('created_at_ms')
    .orderBy('id')
    .limit(page.size)
    .execute()
  if (rows.length === 0) return []
  const members = await db
    .selectFrom('group_applications')
    .select(['group_id', 'application_id as member'])
    .where('application_id', 'in', idsOf(rows))
    .execute()
  const groupsOf = createGroupsOf(members, implicit)
  return rows.map((row) => listed(row, toApplicationPrincipal(row, groupsOf(row.id))))
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map((row) => row.id)
}

/** By id, as `findPrincipal` has them. */
function createGroupsOf(
  members: readonly { readonly group_id: string; readonly member: string }[],
  implicit: readonly string[],
): (principalId: string) => string[] {
  const byMember = groupBy(members, (row) => row.member)
  return (id) => [...(byMember.get(id) ?? []).map((row) => row.group_id), ...implicit].sort()
}

function listed(
  { created_at_ms, id }: { readonly created_at_ms: number; readonly id: string },
  principal: Principal,
): ListedPrincipal {
  return { principal, position: { createdAtMs: created_at_ms, id } }
}
