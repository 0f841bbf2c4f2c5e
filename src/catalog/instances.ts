import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

/**
 * A private network interface of the second API version is a private NIC in the first; both names
 * are kept, because a right on one says nothing about the other.
 */
export const instances: CatalogService = {
  service: 'compute',
  category: 'Instances',
  permissionSets: [
    projectsSet('InstancesFullAccess', 'Do everything with Instances.', ['compute:*']),
    projectsSet('InstancesReadOnly', 'See everything about Instances.', reads('compute')),
    projectsSet('InstancesImageCreate', 'Create images.', ['compute:images:create']),
    projectsSet('InstancesImageDelete', 'Delete images.', ['compute:images:delete']),
    projectsSet('InstancesImageRead', 'Read images.', ['compute:images:read']),
    projectsSet('InstancesImageWrite', 'Change images.', ['compute:images:write']),
    projectsSet('InstancesIpCreate', 'Create flexible IP addresses.', ['compute:ips:create']),
    projectsSet('InstancesIpDelete', 'Delete flexible IP addresses.', ['compute:ips:delete']),
    projectsSet('InstancesIpRead', 'Read flexible IP addresses.', ['compute:ips:read']),
    projectsSet('InstancesIpWrite', 'Change flexible IP addresses.', ['compute:ips:write']),
    projectsSet('InstancesPlacementGroupCreate', 'Create placement groups.', [
      'compute:placement-groups:create',
    ]),
    projectsSet('InstancesPlacementGroupDelete', 'Delete placement groups.', [
      'compute:placement-groups:delete',
    ]),
    projectsSet('InstancesPlacementGroupList', 'List placement groups.', [
      'compute:placement-groups:list',
    ]),
    projectsSet('InstancesPlacementGroupRead', 'Read placement groups.', [
      'compute:placement-groups:read',
    ]),
    projectsSet('InstancesPlacementGroupWrite', 'Change placement groups.', [
      'compute:placement-groups:write',
    ]),
    projectsSet('InstancesPrivateNetworkInterfaceCreate', 'Create private network interfaces.', [
      'compute:private-network-interfaces:create',
    ]),
    projectsSet('InstancesPrivateNetworkInterfaceDelete', 'Delete private network interfaces.', [
      'compute:private-network-interfaces:delete',
    ]),
    projectsSet('InstancesPrivateNetworkInterfaceList', 'List private network interfaces.', [
      'compute:private-network-interfaces:list',
    ]),
    projectsSet('InstancesPrivateNetworkInterfaceRead', 'Read private network interfaces.', [
      'compute:private-network-interfaces:read',
    ]),
    projectsSet('InstancesPrivateNetworkInterfaceWrite', 'Change private network interfaces.', [
      'compute:private-network-interfaces:write',
    ]),
    projectsSet('InstancesPrivateNicCreate', 'Create private NICs.', [
      'compute:private-nics:create',
    ]),
    projectsSet('InstancesPrivateNicDelete', 'Delete private NICs.', [
      'compute:private-nics:delete',
    ]),
    projectsSet('InstancesPrivateNicRead', 'Read private NICs.', ['compute:private-nics:read']),
    projectsSet('InstancesPrivateNicWrite', 'Change private NICs.', ['compute:private-nics:write']),
    projectsSet('InstancesSecurityGroupCreate', 'Create security groups and their rules.', [
      'compute:security-groups:create',
    ]),
    projectsSet('InstancesSecurityGroupDelete', 'Delete security groups and their rules.', [
      'compute:security-groups:delete',
    ]),
    projectsSet('InstancesSecurityGroupList', 'List security groups and their rules.', [
      'compute:security-groups:list',
    ]),
    projectsSet('InstancesSecurityGroupRead', 'Read security groups and their rules.', [
      'compute:security-groups:read',
    ]),
    projectsSet('InstancesSecurityGroupWrite', 'Change security groups and their rules.', [
      'compute:security-groups:write',
    ]),
    projectsSet('InstancesServerCreate', 'Create servers.', ['compute:servers:create']),
    projectsSet('InstancesServerDelete', 'Delete servers.', ['compute:servers:delete']),
    projectsSet('InstancesServerList', 'List servers.', ['compute:servers:list']),
    projectsSet('InstancesServerRead', 'Read servers.', ['compute:servers:read']),
    projectsSet('InstancesServerStart', 'Start servers.', ['compute:servers:start']),
    projectsSet('InstancesServerStop', 'Stop servers.', ['compute:servers:stop']),
    projectsSet('InstancesServerWrite', 'Change servers.', ['compute:servers:write']),
    projectsSet('InstancesServerSerialConsoleAccess', 'Open the serial console of servers.', [
      'compute:serial-consoles:access',
    ]),
    projectsSet('InstancesSnapshotCreate', 'Create snapshots.', ['compute:snapshots:create']),
    projectsSet('InstancesSnapshotDelete', 'Delete snapshots.', ['compute:snapshots:delete']),
    projectsSet('InstancesSnapshotList', 'List snapshots.', ['compute:snapshots:list']),
    projectsSet('InstancesSnapshotRead', 'Read snapshots.', ['compute:snapshots:read']),
    projectsSet('InstancesSnapshotWrite', 'Change snapshots.', ['compute:snapshots:write']),
    projectsSet('InstancesVolumeCreate', 'Create volumes.', ['compute:volumes:create']),
    projectsSet('InstancesVolumeDelete', 'Delete volumes.', ['compute:volumes:delete']),
    projectsSet('InstancesVolumeList', 'List volumes.', ['compute:volumes:list']),
    projectsSet('InstancesVolumeRead', 'Read volumes.', ['compute:volumes:read']),
    projectsSet('InstancesVolumeWrite', 'Change volumes.', ['compute:volumes:write']),
  ],
}
