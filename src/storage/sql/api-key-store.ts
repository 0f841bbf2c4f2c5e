import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely'
import type { ApiKey } from '../../domain/api-key.js'
import type { ApiKeyId, OrganizationId } from '../../domain/ids.js'
import type { PrincipalRef } from '../../domain/principal.js'
import type { ApiKeyFilter, ApiKeyWriter, SecretHash } from '../../service/ports/api-keys.js'
import type { PageRequest } from '../../service/ports/paging.js'
import { toApiKey, toApiKeyRow } from './api-key-row.js'
import { storing } from './errors.js'
import { after } from './page.js'
import type { ApiKeySecretRow, Schema } from './schema.js'

export class ApiKeyStore implements ApiKeyWriter {
  readonly #db: Kysely<Schema>

  constructor(db: Kysely<Schema>) {
    this.#db = db
  }

  async find(id: ApiKeyId): Promise<ApiKey | undefined> {
    const query = this.#db.selectFrom('api_keys').selectAll().where('id', '=', id)
    const row = await query.executeTakeFirst()
    return row && toApiKey(row)
  }

  async list(
    organizationId: OrganizationId,
    filter: ApiKeyFilter,
    page: PageRequest,
  ): Promise<readonly ApiKey[]> {
    const rows = await this.#db
      .selectFrom('api_keys')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where((eb) => eb.and(filterTerms(eb, filter)))
      .where(after(page))
      .orderBy('created_at_ms')
      .orderBy('id')
      .limit(page.size)
      .execute()
    return rows.map(toApiKey)
  }

  async secretHashesOf(bearer: PrincipalRef): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('api_key_secrets')
      .innerJoin('api_keys', 'api_keys.id', 'api_key_secrets.key_id')
      .select('api_key_secrets.hash')
      .where(`api_keys.${bearer.type}_id`, '=', bearer.id)
      .orderBy('api_key_secrets.hash')
      .execute()
    return rows.map((row) => row.hash)
  }

  async secretsOf(id: ApiKeyId): Promise<readonly SecretHash[]> {
    const query = this.#db.selectFrom('api_key_secrets').selectAll().where('key_id', '=', id)
    return (await query.orderBy('hash').execute()).map(toSecret)
  }

  async insert(key: ApiKey, secret: SecretHash): Promise<void> {
    const query = this.#db.insertInto('api_keys').values(toApiKeyRow(key))
    await storing({ noun: 'api_key', id: key.id }, () => query.execute())
    await this.#insertSecrets(key.id, [secret])
  }

  async update(key: ApiKey): Promise<void> {
    const { id, ...row } = toApiKeyRow(key)
    const query = this.#db.updateTable('api_keys').set(row).where('id', '=', id)
    await storing({ noun: 'api_key', id }, () => query.execute())
  }

  async setSecrets(id: ApiKeyId, secrets: readonly SecretHash[]): Promise<void> {
    await this.#db.deleteFrom('api_key_secrets').where('key_id', '=', id).execute()
    await this.#insertSecrets(id, secrets)
  }

  async delete(id: ApiKeyId): Promise<void> {
    await this.#db.deleteFrom('api_keys').where('id', '=', id).execute()
  }

  async #insertSecrets(id: ApiKeyId, secrets: readonly SecretHash[]): Promise<void> {
    if (secrets.length === 0) return
    const rows = secrets.map(({ hash, expiresAtMs }) => ({
      hash,
      key_id: id,
      expires_at_ms: expiresAtMs ?? null,
    }))
    const query = this.#db.insertInto('api_key_secrets').values(rows)
    await storing({ noun: 'api_key', id }, () => query.execute())
  }
}

type KeyBuilder = ExpressionBuilder<Schema, 'api_keys'>

function filterTerms(eb: KeyBuilder, filter: ApiKeyFilter): Expression<SqlBool>[] {
  const { bearers, bearerType, expired } = filter
  return [
    ...(bearers ? [eb.or(bearers.map(({ type, id }) => eb(`${type}_id`, '=', id)))] : []),
    ...(bearerType ? [eb(`${bearerType}_id`, 'is not', null)] : []),
    ...(expired ? [expired.value ? isExpired(eb, expired.nowMs) : isValid(eb, expired.nowMs)] : []),
  ]
}

/** The domain's `isExpired`, in SQL; a comparison with null is not true. */
function isExpired(eb: KeyBuilder, nowMs: number): Expression<SqlBool> {
  return eb('expires_at_ms', '<=', nowMs)
}

function isValid(eb: KeyBuilder, nowMs: number): Expression<SqlBool> {
  return eb.or([eb('expires_at_ms', 'is', null), eb('expires_at_ms', '>', nowMs)])
}

function toSecret({ hash, expires_at_ms: expiresAtMs }: ApiKeySecretRow): SecretHash {
  return { hash, ...(expiresAtMs !== null && { expiresAtMs }) }
}
