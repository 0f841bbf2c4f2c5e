import type { CatalogService } from './catalog.js'
import { organizationSet } from './define.js'

export const abuse: CatalogService = {
  service: 'abuse',
  category: 'Organization management',
  permissionSets: [
    organizationSet('AbuseTicketManager', 'Open, follow and answer abuse tickets.', [
      'abuse:ticket:create',
      'abuse:ticket:list',
      'abuse:ticket:read',
      'abuse:ticket:write',
    ]),
  ],
}
