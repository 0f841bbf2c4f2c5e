import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const containers: CatalogService = {
  service: 'containers',
  category: 'Serverless',
  permissionSets: [
    projectsSet('ContainersReadOnly', 'See containers and their namespaces.', reads('containers')),
    projectsSet('ContainersFullAccess', 'Do everything with containers.', ['containers:*']),
    // Calling is not managing: public containers ask nobody, private ones ask for this.
    projectsSet('ContainersPrivateAccess', 'Call private containers.', [
      'containers:container:access',
    ]),
  ],
}
