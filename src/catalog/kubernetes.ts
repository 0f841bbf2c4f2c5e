import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const kubernetes: CatalogService = {
  service: 'kubernetes',
  category: 'Containers',
  permissionSets: [
    projectsSet('KubernetesReadOnly', 'See clusters, pools and nodes.', reads('kubernetes')),
    // Verb by verb, so that full access to clusters is not full access inside every cluster.
    projectsSet('KubernetesFullAccess', 'Manage clusters, pools and nodes.', [
      ...reads('kubernetes'),
      'kubernetes:*:create',
      'kubernetes:*:write',
      'kubernetes:*:delete',
      'kubernetes:external-node:register',
    ]),
    projectsSet('KubernetesExternalNodeRegister', 'Attach outside nodes to a Kosmos cluster.', [
      'kubernetes:external-node:register',
    ]),
    projectsSet('KubernetesSystemMastersGroupAccess', 'Be `system:masters` in clusters.', [
      'kubernetes:system-masters-group:access',
    ]),
  ],
}
