import type { Kysely } from 'kysely'
import type { CompileCondition } from '../../domain/condition/condition.js'
import type { FindBuiltinPermissionSet } from '../../domain/permission-set.js'
import type { CompiledPolicy } from '../../domain/policy.js'
import { Pacer, type PacerDeps } from '../../service/pacer.js'
import { compilePolicy, type PolicyHead } from './compile-policy.js'
import { PermissionLists } from './permission-lists.js'
import { loadRules } from './rule-rows.js'
import type { Schema } from './schema.js'

export interface PolicyLoadingDeps extends PacerDeps {
  readonly findBuiltin: FindBuiltinPermissionSet
  readonly compileCondition: CompileCondition
}

/** Of rules; to read as many takes about a millisecond. */
const rulesTogether = 100

interface CountedHead extends PolicyHead {
  /** PostgreSQL counts in texts. */
  readonly rule_count: number | string | null
}

/**
 * The policies that are attached to any of the holders, by id. Whoever has thousands of rules must not
 * hold up those who ask about others: it rests between any few of them, on the one snapshot of `db`.
 */
export async function loadPolicies(
  db: Kysely<Schema>,
  holderIds: readonly string[],
  deps: PolicyLoadingDeps,
): Promise<readonly CompiledPolicy[]> {
  const { findBuiltin, compileCondition } = deps
  const pacer = new Pacer(deps)
  const compiling = { permissionLists: new PermissionLists(findBuiltin), compileCondition, pacer }
  const compiled: CompiledPolicy[] = []
  for (const heads of together(await headsOf(db, holderIds))) {
    if (compiled.length > 0) await pacer.rest()
    const rules = await loadRules(
      db,
      heads.map((head) => head.id),
    )
    for (const head of heads) {
      compiled.push(await compilePolicy(head, rules.get(head.id) ?? [], compiling))
    }
  }
  return compiled
}

function headsOf(db: Kysely<Schema>, holderIds: readonly string[]): Promise<CountedHead[]> {
  return db
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
    .execute()
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
