import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const inference: CatalogService = {
  service: 'inference',
  category: 'AI and data',
  permissionSets: [
    projectsSet('InferenceReadOnly', 'See managed inference deployments.', reads('inference')),
    projectsSet('InferenceFullAccess', 'Do everything with managed inference deployments.', [
      'inference:*',
    ]),
  ],
}
