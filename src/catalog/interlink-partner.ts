import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const interlinkPartner: CatalogService = {
  service: 'interlink_partner',
  category: 'Network',
  permissionSets: [
    projectsSet(
      'InterlinkPartnerReadOnly',
      'See InterLink connections as a hosting partner.',
      reads('interlink_partner'),
    ),
    projectsSet(
      'InterlinkPartnerFullAccess',
      'Do everything with InterLink connections as a hosting partner.',
      ['interlink_partner:*'],
    ),
  ],
}
