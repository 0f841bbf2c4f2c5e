import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const distributedDataLab: CatalogService = {
  service: 'distributed_data_lab',
  category: 'AI and data',
  permissionSets: [
    projectsSet(
      'DistributedDataLabReadOnly',
      'See Data Lab clusters.',
      reads('distributed_data_lab'),
    ),
    projectsSet('DistributedDataLabFullAccess', 'Do everything with Data Lab clusters.', [
      'distributed_data_lab:*',
    ]),
  ],
}
