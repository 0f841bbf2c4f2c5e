import type { ApiKey, KeyNarrowing } from '../../domain/api-key.js'
import type {
  ApiKeyId,
  ApplicationId,
  OrganizationId,
  ProjectId,
  UserId,
} from '../../domain/ids.js'
import type { PrincipalRef } from '../../domain/principal.js'
import { unavailable } from './errors.js'
import { readStringLists } from './json.js'
import type { ApiKeyRow } from './schema.js'

export function toApiKey(row: ApiKeyRow): ApiKey {
  return {
    id: row.id as ApiKeyId,
    organizationId: row.organization_id as OrganizationId,
    bearer: toBearer(row),
    description: row.description,
    ...(row.expires_at_ms !== null && { expiresAtMs: row.expires_at_ms }),
    defaultProjectId: row.default_project_id as ProjectId,
    narrowing: toNarrowing(row.narrowing),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

export function toBearer(row: Pick<ApiKeyRow, 'user_id' | 'application_id'>): PrincipalRef {
  if (row.user_id !== null) return { type: 'user', id: row.user_id as UserId }
  if (row.application_id !== null)
    return { type: 'application', id: row.application_id as ApplicationId }
  throw unavailable('RECORD_UNREADABLE', 'a stored API key has no bearer; the store is damaged')
}

/** Refuses a restriction that it does not know: to leave one out would widen the key. */
export function toNarrowing(text: string): KeyNarrowing {
  return readStringLists({ name: 'api_key.narrowing', text }, [
    'actions',
    'resources',
    'projectIds',
    'sourceCidrs',
  ]) as KeyNarrowing
}

export function toApiKeyRow(key: ApiKey): ApiKeyRow {
  const { bearer } = key
  return {
    id: key.id,
    organization_id: key.organizationId,
    user_id: bearer.type === 'user' ? bearer.id : null,
    application_id: bearer.type === 'application' ? bearer.id : null,
    description: key.description,
    expires_at_ms: key.expiresAtMs ?? null,
    default_project_id: key.defaultProjectId,
    narrowing: JSON.stringify(key.narrowing),
    created_at_ms: key.createdAtMs,
    updated_at_ms: key.updatedAtMs,
    version: key.version,
  }
}
