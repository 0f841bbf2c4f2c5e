import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const searchdb: CatalogService = {
  service: 'searchdb',
  category: 'Databases',
  permissionSets: [
    projectsSet('SearchDBReadOnly', 'See managed OpenSearch deployments.', reads('searchdb')),
    projectsSet('SearchDBFullAccess', 'Do everything with managed OpenSearch deployments.', [
      'searchdb:*',
    ]),
  ],
}
