import type { ApiKey } from '../../domain/api-key.js'
import type { ApiKeyId, OrganizationId } from '../../domain/ids.js'
import type { PrincipalRef } from '../../domain/principal.js'
import type { PageRequest } from './paging.js'

export interface ApiKeyFilter {
  readonly bearers?: readonly PrincipalRef[]
  readonly bearerType?: PrincipalRef['type']
  readonly expired?: { readonly value: boolean; readonly nowMs: number }
}

/** One accepted secret of a key. */
export interface SecretHash {
  readonly hash: string
  readonly expiresAtMs?: number
}

export interface ApiKeyReader {
  find(id: ApiKeyId): Promise<ApiKey | undefined>
  list(
    organizationId: OrganizationId,
    filter: ApiKeyFilter,
    page: PageRequest,
  ): Promise<readonly ApiKey[]>
  /** The hashes of every secret of the bearer's keys: what a change of the bearer's keys names. */
  secretHashesOf(bearer: PrincipalRef): Promise<readonly string[]>
  secretsOf(id: ApiKeyId): Promise<readonly SecretHash[]>
}

export interface ApiKeyWriter extends ApiKeyReader {
  insert(key: ApiKey, secret: SecretHash): Promise<void>
  update(key: ApiKey): Promise<void>
  /** Replaces the key's accepted secrets. */
  setSecrets(id: ApiKeyId, secrets: readonly SecretHash[]): Promise<void>
  delete(id: ApiKeyId): Promise<void>
}
