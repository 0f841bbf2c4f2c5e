import type { CatalogService } from './catalog.js'
import { organizationSet, reads } from './define.js'

export const billing: CatalogService = {
  service: 'billing',
  category: 'Organization management',
  permissionSets: [
    organizationSet('BillingReadOnly', 'See invoices and consumption.', reads('billing')),
    organizationSet('BillingManager', 'Manage invoices, payment, contacts and alerts.', [
      'billing:*',
    ]),
  ],
}
