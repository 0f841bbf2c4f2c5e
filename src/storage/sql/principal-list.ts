import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { OrganizationId } from '../../domain/ids.js'
import type { Principal, PrincipalRef } from '../../domain/principal.js'
import type { ListedPrincipal } from '../../service/ports/decisions.js'
import type { PageRequest } from '../../service/ports/paging.js'
import { groupBy } from './group-by.js'
import { inChunks } from './in-chunks.js'
import { after } from './page.js'
import { toApplicationPrincipal, toUserPrincipal } from './principal-row.js'
import type { Schema } from './schema.js'

/** Principals in order of creation, with their groups: three queries, however many they are. */
export function listPrincipals(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  { type, page }: { readonly type: PrincipalRef['type']; readonly page: PageRequest },
): Promise<readonly ListedPrincipal[]> {
  return select(db, organizationId, { type, where: after(page), rowsMax: page.size })
}

/** Those of the refs that the organization has, with their groups, in no promised order. */
export async function findPrincipals(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  refs: readonly PrincipalRef[],
): Promise<readonly Principal[]> {
  const found: Principal[] = []
  for (const type of ['user', 'application'] as const) {
    const ids = refs.filter((ref) => ref.type === type).map(({ id }) => id)
    const listed = await inChunks(ids, (some) => {
      const where = sql<SqlBool>`id in (${sql.join(some)})`
      return select(db, organizationId, { type, where, rowsMax: some.length })
    })
    found.push(...listed.map(({ principal }) => principal))
  }
  return found
}

interface Selection {
  readonly type: PrincipalRef['type']
  readonly where: RawBuilder<SqlBool>
  readonly rowsMax: number
}

async function select(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  selection: Selection,
): Promise<ListedPrincipal[]> {
  const implicit = await implicitGroups(db, organizationId, selection.type)
  const read = selection.type === 'user' ? selectUsers : selectApplications
  return read(db, organizationId, { ...selection, implicit })
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

/** `implicit` are the groups of every principal of the type. */
type Wanted = Selection & { readonly implicit: readonly string[] }

async function selectUsers(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  { where, rowsMax, implicit }: Wanted,
): Promise<ListedPrincipal[]> {
  const rows = await db
    .selectFrom('users')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where(where)
    .orderBy('created_at_ms')
    .orderBy('id')
    .limit(rowsMax)
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

async function selectApplications(
  db: Kysely<Schema>,
  organizationId: OrganizationId,
  { where, rowsMax, implicit }: Wanted,
): Promise<ListedPrincipal[]> {
  const rows = await db
    .selectFrom('applications')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .where(where)
    .orderBy('created_at_ms')
    .orderBy('id')
    .limit(rowsMax)
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
