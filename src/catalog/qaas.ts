import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const qaas: CatalogService = {
  service: 'qaas',
  category: 'Labs',
  permissionSets: [
    projectsSet('QaaSReadOnly', 'See Quantum as a Service sessions.', reads('qaas')),
    projectsSet('QaaSFullAccess', 'Do everything with Quantum as a Service sessions.', ['qaas:*']),
  ],
}
