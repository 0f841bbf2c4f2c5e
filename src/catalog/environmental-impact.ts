import type { CatalogService } from './catalog.js'
import { organizationSet, reads } from './define.js'

export const environmentalImpact: CatalogService = {
  service: 'environmental_impact',
  category: 'Organization management',
  permissionSets: [
    organizationSet(
      'EnvironmentalImpactReadOnly',
      'See the carbon and water footprint of what is used.',
      reads('environmental_impact'),
    ),
  ],
}
