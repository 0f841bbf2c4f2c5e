import type { Migration } from '../migrate.js'

/** Who lists keys is told from where each was made, which only the audit knows. */
export const auditByResource: Migration = {
  version: 3,
  name: 'audit-by-resource',
  statements: () => [
    `create index audit_entries_resource
      on audit_entries (organization_id, resource_type, resource_id)`,
  ],
}
