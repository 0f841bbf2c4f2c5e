import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const appleSilicon: CatalogService = {
  service: 'apple_silicon',
  category: 'Bare metal',
  permissionSets: [
    projectsSet('AppleSiliconReadOnly', 'See Apple silicon servers.', reads('apple_silicon')),
    projectsSet('AppleSiliconFullAccess', 'Do everything with Apple silicon servers.', [
      'apple_silicon:*',
    ]),
  ],
}
