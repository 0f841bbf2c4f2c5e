import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const dedibox: CatalogService = {
  service: 'dedibox',
  category: 'Bare metal',
  permissionSets: [
    projectsSet('DediboxReadOnly', 'See Dedibox servers.', reads('dedibox')),
    projectsSet('DediboxFullAccess', 'Do everything with Dedibox servers.', ['dedibox:*']),
    projectsSet('DediboxConsoleFullAccess', 'Use the Dedibox console.', ['dedibox:console:*']),
  ],
}
