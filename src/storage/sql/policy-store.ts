import { type Kysely, sql } from 'kysely'
import type { OrganizationId, PolicyId, ProjectId } from '../../domain/ids.js'
import type { FindBuiltinPermissionSet } from '../../domain/permission-set.js'
import type { Policy } from '../../domain/policy.js'
import type { PolicyPrincipal } from '../../domain/principal.js'
import type { PageRequest } from '../../service/ports/paging.js'
import type { PolicyFilter, PolicyWriter } from '../../service/ports/policies.js'
import { storing } from './errors.js'
import { after } from './page.js'
import { findPolicies, toPolicyRow, withRules } from './policy-row.js'
import { insertRules } from './rule-writer.js'
import type { Schema } from './schema.js'

export interface PolicyStoreDeps {
  readonly findBuiltin: FindBuiltinPermissionSet
  readonly now: () => number
}

export class PolicyStore implements PolicyWriter {
  readonly #db: Kysely<Schema>
  readonly #deps: PolicyStoreDeps

  constructor(db: Kysely<Schema>, deps: PolicyStoreDeps) {
    this.#db = db
    this.#deps = deps
  }

  async find(id: PolicyId): Promise<Policy | undefined> {
    const [policy] = await findPolicies(this.#db, [id])
    return policy
  }

  async list(
    organizationId: OrganizationId,
    { principal, name }: PolicyFilter,
    page: PageRequest,
  ): Promise<readonly Policy[]> {
    const rows = await this.#db
      .selectFrom('policies')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .$if(principal !== undefined, (query) =>
        query.where(`${principal?.type ?? 'user'}_id`, '=', principal?.id ?? ''),
      )
      .$if(name !== undefined, (query) => query.where('name', '=', name ?? ''))
      .where(after(page))
      .orderBy('created_at_ms')
      .orderBy('id')
      .limit(page.size)
      .execute()
    return withRules(this.#db, rows)
  }

  async scopedTo(projectId: ProjectId): Promise<readonly PolicyId[]> {
    const rows = await this.#db
      .selectFrom('rule_projects')
      .innerJoin('rules', 'rules.id', 'rule_projects.rule_id')
      .select('rules.policy_id')
      .distinct()
      .where('rule_projects.project_id', '=', projectId)
      .orderBy('rules.policy_id')
      .execute()
    return rows.map((row) => row.policy_id as PolicyId)
  }

  async insert(policy: Policy): Promise<void> {
    const query = this.#db.insertInto('policies').values(toPolicyRow(policy))
    await storing({ noun: 'policy', id: policy.id }, () => query.execute())
    await this.#insertRules(policy)
  }

  async update(policy: Policy): Promise<void> {
    const { id, ...row } = toPolicyRow(policy)
    const query = this.#db.updateTable('policies').set(row).where('id', '=', id)
    await storing({ noun: 'policy', id }, () => query.execute())
  }

  async setRules(policy: Policy): Promise<void> {
    await this.#db.deleteFrom('rules').where('policy_id', '=', policy.id).execute()
    await this.#insertRules(policy)
  }

  async detach(principal: PolicyPrincipal): Promise<readonly PolicyId[]> {
    const column = `${principal.type}_id` as const
    const rows = await this.#db
      .updateTable('policies')
      .set({
        user_id: null,
        group_id: null,
        application_id: null,
        version: sql`version + 1`,
        updated_at_ms: this.#deps.now(),
      })
      .where(column, '=', principal.id)
      .returning('id')
      .execute()
    return rows.map((row) => row.id as PolicyId).sort()
  }

  async delete(id: PolicyId): Promise<void> {
    await this.#db.deleteFrom('policies').where('id', '=', id).execute()
  }

  #insertRules(policy: Policy): Promise<void> {
    return insertRules({ db: this.#db, findBuiltin: this.#deps.findBuiltin }, policy)
  }
}
