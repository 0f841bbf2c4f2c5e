import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const redis: CatalogService = {
  service: 'redis',
  category: 'Databases',
  permissionSets: [
    projectsSet('RedisReadOnly', 'See Managed Redis clusters.', reads('redis')),
    projectsSet('RedisFullAccess', 'Do everything with Managed Redis clusters.', ['redis:*']),
  ],
}
