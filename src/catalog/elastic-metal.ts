import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const elasticMetal: CatalogService = {
  service: 'elastic_metal',
  category: 'Bare metal',
  permissionSets: [
    projectsSet('ElasticMetalReadOnly', 'See Elastic Metal servers.', reads('elastic_metal')),
    projectsSet('ElasticMetalFullAccess', 'Do everything with Elastic Metal servers.', [
      'elastic_metal:*',
    ]),
  ],
}
