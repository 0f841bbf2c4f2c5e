import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { createAccessKey, createSecret } from '../../src/domain/secret.js'
import { createSecretHash } from '../../src/service/secret-hash.js'
import { pepper } from './replicas.js'

export interface BulkPlan {
  readonly databaseUrl: string
  readonly application: string
  readonly count: number
}

const chunk = 10_000

/**
 * Writes keys straight into the tables: a million through the API would take hours. Nobody may have
 * asked about them before, since the log does not tell of them. Answers their secrets.
 */
export async function insertKeys(plan: BulkPlan): Promise<string[]> {
  const hash = createSecretHash(pepper)
  const client = new pg.Client({ connectionString: plan.databaseUrl })
  await client.connect()
  const secrets: string[] = []
  try {
    while (secrets.length < plan.count) {
      const size = Math.min(chunk, plan.count - secrets.length)
      const made = Array.from({ length: size }, () => createSecret(randomBytes))
      const ids = made.map(() => createAccessKey(randomBytes))
      await client.query(keysStatement, [plan.application, ids])
      await client.query(secretsStatement, [made.map(hash), ids])
      secrets.push(...made)
    }
    await client.query('analyze api_keys, api_key_secrets')
  } finally {
    await client.end()
  }
  return secrets
}

const keysStatement = `
  insert into api_keys (id, application_id, organization_id, default_project_id, narrowing,
    description, created_at_ms, updated_at_ms, version)
  select made.id, $1, first.organization_id, first.default_project_id, first.narrowing, '', 0, 0, 1
  from unnest($2::text[]) as made (id),
    (select organization_id, default_project_id, narrowing from api_keys
      order by created_at_ms desc limit 1) as first`

const secretsStatement = `
  insert into api_key_secrets (hash, key_id) select * from unnest($1::text[], $2::text[])`
