import type { CatalogService } from './catalog.js'
import { organizationSet } from './define.js'

export const support: CatalogService = {
  service: 'support',
  category: 'Organization management',
  permissionSets: [
    // Tickets are closed, not deleted: there is no `support:ticket:delete` to give.
    organizationSet('SupportTicketManager', 'Open, follow and answer support tickets.', [
      'support:ticket:create',
      'support:ticket:list',
      'support:ticket:read',
      'support:ticket:write',
    ]),
    organizationSet('SupportTicketReadOnly', 'Follow support tickets.', [
      'support:ticket:list',
      'support:ticket:read',
    ]),
  ],
}
