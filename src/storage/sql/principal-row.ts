import type { ApplicationId, GroupId, OrganizationId, UserId } from '../../domain/ids.js'
import type { Principal } from '../../domain/principal.js'
import { readAttributes, readStrings } from './json.js'
import type { ApplicationRow, UserRow } from './schema.js'

export function toUserPrincipal(row: UserRow, groupIds: readonly string[]): Principal {
  return {
    ref: { type: 'user', id: row.id as UserId },
    owner: row.type === 'owner',
    status: row.status,
    ...described(row, groupIds),
  }
}

export function toApplicationPrincipal(
  row: ApplicationRow,
  groupIds: readonly string[],
): Principal {
  return {
    ref: { type: 'application', id: row.id as ApplicationId },
    owner: false,
    status: 'active',
    ...described(row, groupIds),
  }
}

function described(row: UserRow | ApplicationRow, groupIds: readonly string[]) {
  return {
    organizationId: row.organization_id as OrganizationId,
    groupIds: groupIds.map((id) => id as GroupId),
    attributes: readAttributes({ name: 'principal.attributes', text: row.attributes }),
    tags: readStrings({ name: 'principal.tags', text: row.tags }),
  }
}
