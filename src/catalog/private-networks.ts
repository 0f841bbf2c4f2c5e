import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const privateNetworks: CatalogService = {
  service: 'private_networks',
  category: 'Network',
  permissionSets: [
    projectsSet(
      'PrivateNetworksReadOnly',
      'See Private Networks and their subnets.',
      reads('private_networks'),
    ),
    projectsSet(
      'PrivateNetworksFullAccess',
      'Do everything with Private Networks and their subnets.',
      ['private_networks:*'],
    ),
  ],
}
