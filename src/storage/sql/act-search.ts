import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ApiKeyId, ApplicationId, AuditEntryId, OrganizationId } from '../../domain/ids.js'
import type { ActKind, ActSearch, LoggedAct } from '../../service/ports/search.js'
import type { AuditEntryRow, Schema } from './schema.js'
import { equals } from './search-terms.js'

type Term = RawBuilder<SqlBool>

const made: Term = sql`(action like '%:create' or action like '%:invite')`
const gone: Term = sql`(action like '%:delete' or action like '%:decline')`

const kindTerms: Readonly<Record<ActKind, Term>> = {
  created: made,
  deleted: gone,
  updated: sql`not (${made} or ${gone})`,
}

export function actTerms({ kind, resourceType, text, fromMs, beforeMs }: ActSearch): Term[] {
  return [
    ...(kind ? [kindTerms[kind]] : []),
    ...equals('resource_type', resourceType),
    ...(text === undefined ? [] : [isNamed(text)]),
    ...(fromMs === undefined ? [] : [sql<SqlBool>`at_ms >= ${fromMs}`]),
    ...(beforeMs === undefined ? [] : [sql<SqlBool>`at_ms < ${beforeMs}`]),
  ]
}

/** Like `holds` of lists: what `replace` changes is there. */
function isNamed(text: string): Term {
  const names = sql`(resource_id || ' ' || coalesce(actor_id, ''))`
  return sql`replace(${names}, ${text}, '') <> ${names}`
}

export async function findAct(
  db: Kysely<Schema>,
  id: AuditEntryId,
): Promise<LoggedAct | undefined> {
  const query = db.selectFrom('audit_entries').selectAll().where('id', '=', id)
  const row = await query.executeTakeFirst()
  return row && toLoggedAct(row)
}

export async function countKeys(
  db: Kysely<Schema>,
  ids: readonly ApplicationId[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('api_keys')
    .select((eb) => ['application_id', eb.fn.countAll().as('total')])
    .where('application_id', 'in', ids)
    .groupBy('application_id')
    .execute()
  return new Map(rows.map((row) => [row.application_id ?? '', Number(row.total)]))
}

export async function originsOfKeys(
  db: Kysely<Schema>,
  of: OrganizationId,
  ids: readonly ApiKeyId[],
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('audit_entries')
    .select(['resource_id', 'ip'])
    .where('organization_id', '=', of)
    .where('resource_type', '=', 'api_key')
    .where('resource_id', 'in', ids)
    .where(made)
    .execute()
  return new Map(rows.map((row) => [row.resource_id, row.ip]))
}

export function toLoggedAct(row: AuditEntryRow): LoggedAct {
  return {
    id: row.id as AuditEntryId,
    organizationId: row.organization_id as OrganizationId,
    atMs: row.at_ms,
    ip: row.ip,
    userAgent: row.user_agent,
    action: row.action,
    ...(row.actor_id !== null && { actorId: row.actor_id }),
    resourceType: row.resource_type,
    resourceId: row.resource_id,
  }
}
