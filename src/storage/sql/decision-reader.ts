import { type Kysely, sql } from 'kysely'
import type { ApiKeyCredential } from '../../domain/api-key.js'
import type {
  ApiKeyId,
  ApplicationId,
  GroupId,
  OrganizationId,
  ProjectId,
  UserId,
} from '../../domain/ids.js'
import type { CompiledPolicy } from '../../domain/policy.js'
import type { Principal, PrincipalRef } from '../../domain/principal.js'
import type { DecisionReader } from '../../service/ports/decisions.js'
import type { PageRequest } from '../../service/ports/paging.js'
import { toBearer, toNarrowing } from './api-key-row.js'
import { loadPolicies, type PolicyLoadingDeps } from './load-policies.js'
import { findPrincipals, listPrincipals } from './principal-list.js'
import { toApplicationPrincipal, toUserPrincipal } from './principal-row.js'
import type { ApiKeyRow, Schema } from './schema.js'

export class SqlDecisionReader implements DecisionReader {
  readonly #db: Kysely<Schema>
  readonly #deps: PolicyLoadingDeps

  constructor(db: Kysely<Schema>, deps: PolicyLoadingDeps) {
    this.#db = db
    this.#deps = deps
  }

  async findCredential(secretHash: string): Promise<ApiKeyCredential | undefined> {
    const row = await this.#db
      .selectFrom('api_key_secrets as secret')
      .innerJoin('api_keys as key', 'key.id', 'secret.key_id')
      .selectAll('key')
      .select('secret.expires_at_ms as secret_expires_at_ms')
      .where('secret.hash', '=', secretHash)
      .executeTakeFirst()
    return row && toCredential(row, row.secret_expires_at_ms)
  }

  async findCredentialByKeyId(id: ApiKeyId): Promise<ApiKeyCredential | undefined> {
    const query = this.#db.selectFrom('api_keys').selectAll().where('id', '=', id)
    const row = await query.executeTakeFirst()
    return row && toCredential(row, null)
  }

  findPrincipal(ref: PrincipalRef): Promise<Principal | undefined> {
    return ref.type === 'user' ? this.#findUser(ref.id) : this.#findApplication(ref.id)
  }

  async findProjectOrganization(id: ProjectId): Promise<OrganizationId | undefined> {
    const query = this.#db.selectFrom('projects').select('organization_id').where('id', '=', id)
    const row = await query.executeTakeFirst()
    return row && (row.organization_id as OrganizationId)
  }

  async policiesOf(holderIds: readonly string[]): Promise<readonly CompiledPolicy[]> {
    return holderIds.length === 0 ? [] : loadPolicies(this.#db, holderIds, this.#deps)
  }

  listPrincipals(organizationId: OrganizationId, type: PrincipalRef['type'], page: PageRequest) {
    return listPrincipals(this.#db, organizationId, { type, page })
  }

  findPrincipals(organizationId: OrganizationId, refs: readonly PrincipalRef[]) {
    return findPrincipals(this.#db, organizationId, refs)
  }

  async #findUser(id: UserId): Promise<Principal | undefined> {
    const query = this.#db.selectFrom('users').selectAll().where('id', '=', id)
    const row = await query.executeTakeFirst()
    if (!row) return undefined
    const groups = await sql<{ id: GroupId }>`
      select group_id as id from group_users where user_id = ${id}
      union all select id from groups
        where organization_id = ${row.organization_id} and kind = 'all-users'
      order by id`.execute(this.#db)
    return toUserPrincipal(
      row,
      groups.rows.map((group) => group.id),
    )
  }

  async #findApplication(id: ApplicationId): Promise<Principal | undefined> {
    const query = this.#db.selectFrom('applications').selectAll().where('id', '=', id)
    const row = await query.executeTakeFirst()
    if (!row) return undefined
    const groups = await sql<{ id: GroupId }>`
      select group_id as id from group_applications where application_id = ${id}
      union all select id from groups
        where organization_id = ${row.organization_id} and kind = 'all-applications'
      order by id`.execute(this.#db)
    return toApplicationPrincipal(
      row,
      groups.rows.map((group) => group.id),
    )
  }
}

function toCredential(row: ApiKeyRow, secretExpiresAtMs: number | null): ApiKeyCredential {
  const expiries = [row.expires_at_ms, secretExpiresAtMs].filter((expiry) => expiry !== null)
  return {
    id: row.id as ApiKeyId,
    organizationId: row.organization_id as OrganizationId,
    bearer: toBearer(row),
    ...(expiries.length > 0 && { expiresAtMs: Math.min(...expiries) }),
    narrowing: toNarrowing(row.narrowing),
  }
}
