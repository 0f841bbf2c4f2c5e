import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const blockStorage: CatalogService = {
  service: 'block',
  category: 'Storage',
  permissionSets: [
    projectsSet('BlockStorageReadOnly', 'See block volumes and their snapshots.', reads('block')),
    projectsSet('BlockStorageFullAccess', 'Do everything with block volumes and their snapshots.', [
      'block:*',
    ]),
  ],
}
