import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const iot: CatalogService = {
  service: 'iot',
  category: 'Integration',
  permissionSets: [
    projectsSet('IoTReadOnly', 'See IoT hubs, devices and routes.', reads('iot')),
    projectsSet('IoTFullAccess', 'Do everything with IoT hubs, devices and routes.', ['iot:*']),
  ],
}
