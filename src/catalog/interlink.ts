import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const interlink: CatalogService = {
  service: 'interlink',
  category: 'Network',
  permissionSets: [
    projectsSet('InterlinkReadOnly', 'See InterLink connections.', reads('interlink')),
    projectsSet('InterlinkFullAccess', 'Do everything with InterLink connections.', [
      'interlink:*',
    ]),
  ],
}
