import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ApiKeyId, ApplicationId, AuditEntryId, OrganizationId } from '../../domain/ids.js'
import type {
  ActSearch,
  ApiKeySearch,
  ApplicationSearch,
  Found,
  GroupSearch,
  KeyOrder,
  LoggedAct,
  NamedOrder,
  PolicySearch,
  ProjectSearch,
  SearchReader,
  Slice,
  UserOrder,
  UserSearch,
} from '../../service/ports/search.js'
import { actTerms, countKeys, findAct, originsOfKeys, toLoggedAct } from './act-search.js'
import { toApiKey } from './api-key-row.js'
import { toApplication } from './application-store.js'
import { withMembers } from './group-row.js'
import { withRules } from './policy-row.js'
import { toProject } from './project-store.js'
import type { Schema } from './schema.js'
import { among, equals, groupTerms, holds, keyTerms, policyTerms } from './search-terms.js'
import { toUser } from './user-row.js'

/** Only what can be listed by page number, and is an organization's. */
type Listed = 'users' | 'applications' | 'groups' | 'policies' | 'api_keys' | 'projects'

type Terms = readonly RawBuilder<SqlBool>[]

export class SqlSearch implements SearchReader {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  users(of: OrganizationId, search: UserSearch, slice: Slice<UserOrder>) {
    const terms = [
      ...among('id', search.ids),
      ...equals('type', search.type),
      ...holds('tags', search.tag),
    ]
    return this.#find('users', { of, terms, slice }, (rows) => rows.map(toUser))
  }

  applications(of: OrganizationId, search: ApplicationSearch, slice: Slice<NamedOrder>) {
    const terms = [
      ...among('id', search.ids),
      ...equals('name', search.name),
      ...holds('tags', search.tag),
    ]
    return this.#find('applications', { of, terms, slice }, (rows) => rows.map(toApplication))
  }

  groups(of: OrganizationId, search: GroupSearch, slice: Slice<NamedOrder>) {
    return this.#find('groups', { of, terms: groupTerms(search), slice }, (rows) =>
      withMembers(this.#db, rows),
    )
  }

  policies(of: OrganizationId, search: PolicySearch, slice: Slice<NamedOrder>) {
    return this.#find('policies', { of, terms: policyTerms(search), slice }, (rows) =>
      withRules(this.#db, rows),
    )
  }

  apiKeys(of: OrganizationId, search: ApiKeySearch, slice: Slice<KeyOrder>) {
    return this.#find('api_keys', { of, terms: keyTerms(search), slice }, (rows) =>
      rows.map(toApiKey),
    )
  }

  projects(of: OrganizationId, search: ProjectSearch, slice: Slice<NamedOrder>) {
    const terms = [...among('id', search.ids), ...equals('name', search.name)]
    return this.#find('projects', { of, terms, slice }, (rows) => rows.map(toProject))
  }

  async acts(
    of: OrganizationId,
    search: ActSearch,
    { descending, size, offset }: Slice<'created_at'>,
  ): Promise<Found<LoggedAct>> {
    const matching = this.#db
      .selectFrom('audit_entries')
      .where('organization_id', '=', of)
      .where(all(actTerms(search)))
    const { total } = await matching
      .select((eb) => eb.fn.countAll().as('total'))
      .executeTakeFirstOrThrow()
    const direction = descending ? 'desc' : 'asc'
    const page = matching.selectAll().orderBy('rev', direction).orderBy('id', direction)
    const rows = await page.limit(size).offset(offset).execute()
    return { items: rows.map(toLoggedAct), total: Number(total) }
  }

  findAct(id: AuditEntryId) {
    return findAct(this.#db, id)
  }

  countKeys(ids: readonly ApplicationId[]) {
    return countKeys(this.#db, ids)
  }

  originsOfKeys(of: OrganizationId, ids: readonly ApiKeyId[]) {
    return originsOfKeys(this.#db, of, ids)
  }

  async #find<Table extends Listed, T>(
    table: Table,
    {
      of,
      terms,
      slice,
    }: { readonly of: OrganizationId; readonly terms: Terms; readonly slice: Slice<string> },
    load: (rows: Schema[Table][]) => Promise<readonly T[]> | readonly T[],
  ): Promise<Found<T>> {
    const where = sql`from ${sql.table(table)} where organization_id = ${of} and ${all(terms)}`
    const counted = await sql<{
      total: number | string
    }>`select count(*) as total ${where}`.execute(this.#db)
    const direction = sql.raw(slice.descending ? 'desc' : 'asc')
    const page = await sql<Schema[Table]>`
      select * ${where} order by ${columnOf(table, slice.order)} ${direction}, id ${direction}
      limit ${slice.size} offset ${slice.offset}`.execute(this.#db)
    return { items: await load(page.rows), total: Number(counted.rows[0]?.total ?? 0) }
  }
}

function all(terms: Terms): RawBuilder<SqlBool> {
  return terms.length === 0 ? sql`1 = 1` : sql`(${sql.join(terms, sql` and `)})`
}

/** A key that never expires comes after all that do. */
const endOfTime = Number.MAX_SAFE_INTEGER

const columns: Readonly<Record<UserOrder | NamedOrder | KeyOrder, RawBuilder<unknown>>> = {
  created_at: sql`created_at_ms`,
  updated_at: sql`updated_at_ms`,
  name: sql`name`,
  email: sql`email`,
  username: sql`coalesce(external_id, email)`,
  expires_at: sql`coalesce(expires_at_ms, ${sql.lit(endOfTime)})`,
  access_key: sql`id`,
}

function columnOf(table: Listed, order: string): RawBuilder<unknown> {
  const column = Object.entries(columns).find(([name]) => name === order)?.[1]
  if (!column) throw new Error(`${table} are not listed by ${order}`)
  return column
}
