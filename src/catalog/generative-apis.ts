import type { CatalogService } from './catalog.js'
import { projectsSet } from './define.js'

export const generativeApis: CatalogService = {
  service: 'generative_apis',
  category: 'AI and data',
  permissionSets: [
    projectsSet('GenerativeApisModelAccess', 'Send requests to models.', [
      'generative_apis:model:access',
    ]),
    projectsSet('GenerativeApisFullAccess', 'Do everything with Generative APIs.', [
      'generative_apis:*',
    ]),
  ],
}
