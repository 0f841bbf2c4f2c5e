import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const vpc: CatalogService = {
  service: 'vpc',
  category: 'Network',
  permissionSets: [
    projectsSet('VPCReadOnly', 'See VPCs, their routes and rules.', reads('vpc')),
    projectsSet('VPCFullAccess', 'Do everything with VPCs, their routes and rules.', ['vpc:*']),
  ],
}
