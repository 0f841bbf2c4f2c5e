import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const autoscaling: CatalogService = {
  service: 'autoscaling',
  category: 'Instances',
  permissionSets: [
    projectsSet(
      'AutoscalingReadOnly',
      'See autoscaling groups and their policies.',
      reads('autoscaling'),
    ),
    projectsSet(
      'AutoscalingFullAccess',
      'Do everything with autoscaling groups and their policies.',
      ['autoscaling:*'],
    ),
  ],
}
