import type { PermissionSet } from '../domain/permission-set.js'

/** A set for rules on projects. */
export function projectsSet(
  name: string,
  description: string,
  permissions: readonly string[],
): PermissionSet {
  return { name, scopeType: 'projects', description, permissions }
}

/** A set for rules on the organization itself. */
export function organizationSet(
  name: string,
  description: string,
  permissions: readonly string[],
): PermissionSet {
  return { name, scopeType: 'organization', description, permissions }
}

/** What read-only means everywhere: listing and reading, whatever the resource. */
export function reads(service: string): readonly string[] {
  return [`${service}:*:list`, `${service}:*:read`]
}
