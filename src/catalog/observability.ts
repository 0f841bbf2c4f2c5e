import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const observability: CatalogService = {
  service: 'observability',
  category: 'Monitoring',
  permissionSets: [
    projectsSet('ObservabilityReadOnly', 'See Cockpit and its data.', reads('observability')),
    projectsSet('ObservabilityGrafanaEditor', 'Edit dashboards, and see the rest of Cockpit.', [
      ...reads('observability'),
      'observability:grafana-dashboard:*',
    ]),
    projectsSet('ObservabilityFullAccess', 'Do everything with Cockpit.', ['observability:*']),
  ],
}
