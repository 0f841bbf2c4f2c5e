import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const ipam: CatalogService = {
  service: 'ipam',
  category: 'Network',
  permissionSets: [
    projectsSet('IPAMReadOnly', 'See reserved and attached IP addresses.', reads('ipam')),
    projectsSet('IPAMFullAccess', 'Do everything with reserved and attached IP addresses.', [
      'ipam:*',
    ]),
  ],
}
