import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const domainsDns: CatalogService = {
  service: 'domains_dns',
  category: 'Domains, web hosting and email',
  permissionSets: [
    projectsSet(
      'DomainsDNSReadOnly',
      'See domain names, DNS zones and records.',
      reads('domains_dns'),
    ),
    projectsSet('DomainsDNSFullAccess', 'Do everything with domain names, DNS zones and records.', [
      'domains_dns:*',
    ]),
  ],
}
