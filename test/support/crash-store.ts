import { decodeRevision } from '../../src/service/revision.js'
import { rulesOfEachPolicy } from './crash-life.js'

export type Query = (statement: string) => Promise<readonly unknown[]>

/** Throws unless the tables are whole, and the log of changes tells all that was acknowledged. */
export async function checkStore(query: Query, acknowledged: readonly string[]): Promise<void> {
  for (const statement of halves) {
    const rows = await query(statement)
    if (rows.length > 0) throw new Error(`${JSON.stringify(rows.slice(0, 3))} from ${statement}`)
  }
  const log = (await query('select rev, nonce from change_log order by rev')) as Revision[]
  const gap = log.findIndex(({ rev }, index) => Number(rev) !== index + 1)
  if (gap >= 0) throw new Error(`revision ${gap + 1} is not in the log`)
  const [head] = (await query('select rev, nonce from store_head')) as Revision[]
  const last = log.at(-1)
  if (Number(head?.rev) !== log.length || head?.nonce !== last?.nonce) {
    throw new Error(`the head is ${JSON.stringify(head)}, the log ends ${JSON.stringify(last)}`)
  }
  for (const token of acknowledged) {
    const { number, nonce } = decodeRevision(token)
    if (log[number - 1]?.nonce !== nonce) throw new Error(`revision ${number} was acknowledged`)
  }
}

/** As it comes: PostgreSQL's client gives 64-bit integers as text. */
interface Revision {
  readonly rev: number | string
  readonly nonce: string
}

/** Each finds what only half of a write could have left. */
const halves: readonly string[] = [
  rowsWithout(rulesOfEachPolicy, 'policies', 'rules', 'policy_id'),
  rowsWithout(2, 'rules', 'rule_permission_sets', 'rule_id'),
  rowsWithout(1, 'rules', 'rule_projects', 'rule_id'),
  rowsWithout(1, 'api_keys', 'api_key_secrets', 'key_id'),
  rowsWithout(1, 'users', 'api_keys', 'user_id'),
  rowsWithout(1, 'organizations', 'users', 'organization_id'),
  rowsWithout(1, 'organizations', 'projects', 'organization_id'),
  `select id from organizations where (select count(*) from groups
    where organization_id = organizations.id and kind <> 'regular') <> 2`,
  `select policy_id from rules group by policy_id having count(distinct condition) > 1`,
  `select rev from change_log where not exists
    (select 1 from audit_entries where audit_entries.rev = change_log.rev)`,
  'select id from audit_entries where rev not in (select rev from change_log)',
  ...(
    [
      ['applications', 'iam:application:create', 'iam:application:delete'],
      ['policies', 'iam:policy:create', 'iam:policy:delete'],
    ] as const
  ).flatMap(([table, creation, deletion]) => [
    `select id from ${table} where (select count(*) from audit_entries
      where action = '${creation}' and resource_id = ${table}.id) <> 1`,
    `select resource_id from audit_entries where action = '${creation}'
      and resource_id not in (select id from ${table}) and resource_id not in
        (select resource_id from audit_entries where action = '${deletion}')`,
  ]),
]

function rowsWithout(count: number, table: string, parts: string, reference: string): string {
  return `select id from ${table} where
    (select count(*) from ${parts} where ${parts}.${reference} = ${table}.id) <> ${count}`
}
