import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const loadBalancers: CatalogService = {
  service: 'load_balancers',
  category: 'Network',
  permissionSets: [
    projectsSet(
      'LoadBalancersReadOnly',
      'See Load Balancers, frontends, backends and certificates.',
      reads('load_balancers'),
    ),
    projectsSet(
      'LoadBalancersFullAccess',
      'Do everything with Load Balancers, frontends, backends and certificates.',
      ['load_balancers:*'],
    ),
  ],
}
