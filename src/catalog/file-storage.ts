import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const fileStorage: CatalogService = {
  service: 'file_storage',
  category: 'Storage',
  permissionSets: [
    projectsSet('FileStorageReadOnly', 'See shared file systems.', reads('file_storage')),
    projectsSet('FileStorageFullAccess', 'Do everything with shared file systems.', [
      'file_storage:*',
    ]),
  ],
}
