import type { AccountId, OrganizationId, UserId } from '../../domain/ids.js'
import type { User } from '../../domain/user.js'
import { readAttributes, readStrings } from './json.js'
import type { UserRow } from './schema.js'

export function toUser(row: UserRow): User {
  return {
    id: row.id as UserId,
    organizationId: row.organization_id as OrganizationId,
    type: row.type,
    status: row.status,
    email: row.email,
    ...(row.account_id !== null && { accountId: row.account_id as AccountId }),
    displayName: row.display_name,
    ...(row.external_id !== null && { externalId: row.external_id }),
    tags: readStrings({ name: 'user.tags', text: row.tags }),
    attributes: readAttributes({ name: 'user.attributes', text: row.attributes }),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
    version: row.version,
  }
}

export function toUserRow(user: User): UserRow {
  return {
    id: user.id,
    organization_id: user.organizationId,
    type: user.type,
    status: user.status,
    email: user.email,
    account_id: user.accountId ?? null,
    display_name: user.displayName,
    external_id: user.externalId ?? null,
    tags: JSON.stringify(user.tags),
    attributes: JSON.stringify(user.attributes),
    created_at_ms: user.createdAtMs,
    updated_at_ms: user.updatedAtMs,
    version: user.version,
  }
}
