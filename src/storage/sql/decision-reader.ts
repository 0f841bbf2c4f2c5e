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
import type { FindBuiltinPermissionSet } from '../../domain/permission-set.js'
import type { CompiledPolicy } from '../../domain/policy.js'
import type { Principal, PrincipalRef } from '../../domain/principal.js'
import { Pacer, type PacerDeps } from '../../service/pacer.js'
import type { DecisionReader } from '../../service/ports/decisions.js'
import type { PageRequest } from '../../service/ports/paging.js'
import { toBearer, toNarrowing } from './api-key-row.js'
import { type CompilingDeps, compilePolicy, type PolicyHead } from './compile-policy.js'
import { PermissionLists } from './permission-lists.js'
import { findPrincipals, listPrincipals } from './principal-list.js'
import { toApplicationPrincipal, toUserPrincipal } from './principal-row.js'
import { loadRules } from './rule-rows.js'
import type { ApiKeyRow, Schema } from './schema.js'

export interface DecisionReaderDeps extends PacerDeps, Pick<CompilingDeps, 'compileCondition'> {
  readonly findBuiltin: FindBuiltinPermissionSet
}

/** Of rules; to read as many takes about a millisecond. */
const rulesTogether = 100

interface CountedHead extends PolicyHead {
  readonly rule_count: number
}

export class SqlDecisionReader implements DecisionReader {
  readonly #db: Kysely<Schema>
  readonly #deps: DecisionReaderDeps

  constructor(db: Kysely<Schema>, deps: DecisionReaderDeps) {
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
    if (holderIds.length === 0) return []
    const { findBuiltin, compileCondition } = this.#deps
    // Whoever has thousands of rules must not hold up those who ask about others.
    const pacer = new Pacer(this.#deps)
    const deps = { permissionLists: new PermissionLists(findBuiltin), compileCondition, pacer }
    const compiled: CompiledPolicy[] = []
    for (const heads of together(await this.#headsOf(holderIds))) {
      if (compiled.length > 0) await pacer.rest()
      const rules = await loadRules(
        this.#db,
        heads.map((head) => head.id),
      )
      for (const head of heads) {
        compiled.push(await compilePolicy(head, rules.get(head.id) ?? [], deps))
      }
    }
    return compiled
  }

  listPrincipals(organizationId: OrganizationId, type: PrincipalRef['type'], page: PageRequest) {
    return listPrincipals(this.#db, organizationId, { type, page })
  }

  findPrincipals(organizationId: OrganizationId, refs: readonly PrincipalRef[]) {
    return findPrincipals(this.#db, organizationId, refs)
  }

  #headsOf(holderIds: readonly string[]): Promise<CountedHead[]> {
    return this.#db
      .selectFrom('policies')
      .select(['id', 'name', 'user_id', 'group_id', 'application_id'])
      .select((eb) =>
        eb
          .selectFrom('rules')
          .select((rule) => rule.fn.countAll<number>().as('count'))
          .whereRef('rules.policy_id', '=', 'policies.id')
          .as('rule_count'),
      )
      .where((eb) =>
        eb.or([
          eb('user_id', 'in', holderIds),
          eb('group_id', 'in', holderIds),
          eb('application_id', 'in', holderIds),
        ]),
      )
      .orderBy('id')
      .execute() as Promise<CountedHead[]>
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

/** In order, no more than have `rulesTogether` rules at a time, or one. */
function* together(heads: readonly CountedHead[]): Iterable<readonly CountedHead[]> {
  let some: CountedHead[] = []
  let rules = 0
  for (const head of heads) {
    const count = Number(head.rule_count)
    if (some.length > 0 && rules + count > rulesTogether) {
      yield some
      some = []
      rules = 0
    }
    some.push(head)
    rules += count
  }
  if (some.length > 0) yield some
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
