import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const webHosting: CatalogService = {
  service: 'web_hosting',
  category: 'Domains, web hosting and email',
  permissionSets: [
    projectsSet('WebHostingReadOnly', 'See web hosting plans.', reads('web_hosting')),
    projectsSet('WebHostingFullAccess', 'Do everything with web hosting plans.', ['web_hosting:*']),
  ],
}
