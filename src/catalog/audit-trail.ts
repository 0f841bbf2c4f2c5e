import type { CatalogService } from './catalog.js'
import { organizationSet } from './define.js'

export const auditTrail: CatalogService = {
  service: 'audit_trail',
  category: 'Organization management',
  permissionSets: [
    organizationSet('AuditTrailReadOnly', 'See what happened in the organization.', [
      'audit_trail:event:list',
      'audit_trail:event:read',
    ]),
    organizationSet('AuditTrailExportRead', 'See where events are exported to.', [
      'audit_trail:export:read',
    ]),
    organizationSet('AuditTrailExportDelete', 'Delete exports of events.', [
      'audit_trail:export:delete',
    ]),
    organizationSet('AuditTrailFullAccess', 'See events and manage their exports.', [
      'audit_trail:*',
    ]),
  ],
}
