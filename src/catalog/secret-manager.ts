import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

/**
 * `read` is for what is said about a secret: name, tags, dates. What the secret says is `access`,
 * so that no read-only set ever gives it.
 */
export const secretManager: CatalogService = {
  service: 'secret_manager',
  category: 'Security and identity',
  permissionSets: [
    projectsSet(
      'SecretManagerReadOnly',
      'See which secrets there are, but not what they hold.',
      reads('secret_manager'),
    ),
    projectsSet('SecretManagerFullAccess', 'Do everything with secrets, their data included.', [
      'secret_manager:*',
    ]),
    projectsSet('SecretManagerSecretAccess', 'Read what secrets hold.', onBoth('access')),
    projectsSet('SecretManagerSecretCreate', 'Create secrets and versions.', onBoth('create')),
    projectsSet('SecretManagerSecretDelete', 'Delete secrets and versions.', onBoth('delete')),
    projectsSet(
      'SecretManagerSecretWrite',
      'Change what is said about secrets and versions.',
      onBoth('write'),
    ),
    projectsSet(
      'SecretManagerSecretRestore',
      'Bring deleted secrets and versions back.',
      onBoth('restore'),
    ),
  ],
}

function onBoth(verb: string): readonly string[] {
  return [`secret_manager:secret:${verb}`, `secret_manager:version:${verb}`]
}
