import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const vpcGateway: CatalogService = {
  service: 'vpc_gateway',
  category: 'Network',
  permissionSets: [
    projectsSet('VPCGatewayReadOnly', 'See Public Gateways.', reads('vpc_gateway')),
    projectsSet('VPCGatewayFullAccess', 'Do everything with Public Gateways.', ['vpc_gateway:*']),
  ],
}
