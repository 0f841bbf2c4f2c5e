import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const sshKeys: CatalogService = {
  service: 'ssh_keys',
  category: 'Instances',
  permissionSets: [
    projectsSet('SSHKeysReadOnly', 'See the SSH keys of a project.', reads('ssh_keys')),
    projectsSet('SSHKeysFullAccess', 'Do everything with the SSH keys of a project.', [
      'ssh_keys:*',
    ]),
  ],
}
