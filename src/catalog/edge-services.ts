import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const edgeServices: CatalogService = {
  service: 'edge_services',
  category: 'Network',
  permissionSets: [
    projectsSet('EdgeServicesReadOnly', 'See Edge Services pipelines.', reads('edge_services')),
    projectsSet('EdgeServicesFullAccess', 'Do everything with Edge Services pipelines.', [
      'edge_services:*',
    ]),
  ],
}
