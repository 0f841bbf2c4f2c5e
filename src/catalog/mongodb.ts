import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const mongodb: CatalogService = {
  service: 'mongodb',
  category: 'Databases',
  permissionSets: [
    projectsSet('MongoDBReadOnly', 'See Managed MongoDB instances.', reads('mongodb')),
    projectsSet('MongoDBFullAccess', 'Do everything with Managed MongoDB instances.', [
      'mongodb:*',
    ]),
  ],
}
