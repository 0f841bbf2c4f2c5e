import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const dataWarehouse: CatalogService = {
  service: 'data_warehouse',
  category: 'AI and data',
  permissionSets: [
    projectsSet(
      'DataWarehouseReadOnly',
      'See Data Warehouse deployments.',
      reads('data_warehouse'),
    ),
    projectsSet('DataWarehouseFullAccess', 'Do everything with Data Warehouse deployments.', [
      'data_warehouse:*',
    ]),
  ],
}
