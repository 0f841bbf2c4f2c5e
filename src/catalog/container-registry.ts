import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const containerRegistry: CatalogService = {
  service: 'container_registry',
  category: 'Storage',
  permissionSets: [
    projectsSet(
      'ContainerRegistryReadOnly',
      'See registry namespaces, images and tags.',
      reads('container_registry'),
    ),
    projectsSet(
      'ContainerRegistryFullAccess',
      'Do everything with registry namespaces, images and tags.',
      ['container_registry:*'],
    ),
  ],
}
