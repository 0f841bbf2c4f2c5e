import type { CatalogService } from './catalog.js'
import { projectsSet, reads } from './define.js'

export const keyManager: CatalogService = {
  service: 'key_manager',
  category: 'Security and identity',
  permissionSets: [
    projectsSet('KeyManagerFullAccess', 'Manage and use keys.', ['key_manager:*']),
    projectsSet('KeyManagerReadOnly', 'See which keys there are.', reads('key_manager')),
    projectsSet('KeyManagerKeyCreate', 'Create keys.', ['key_manager:key:create']),
    projectsSet('KeyManagerKeyWrite', 'Change the settings of keys.', ['key_manager:key:write']),
    projectsSet('KeyManagerKeyDelete', 'Delete keys.', ['key_manager:key:delete']),
    projectsSet('KeyManagerKeyRestore', 'Bring deleted keys back.', ['key_manager:key:restore']),
    projectsSet('KeyManagerKeyEncrypt', 'Encrypt with keys.', ['key_manager:key:encrypt']),
    projectsSet('KeyManagerKeyDecrypt', 'Decrypt with keys.', ['key_manager:key:decrypt']),
    projectsSet('KeyManagerKeySign', 'Sign with keys.', ['key_manager:key:sign']),
    projectsSet('KeyManagerKeyVerify', 'Verify signatures with keys.', ['key_manager:key:verify']),
  ],
}
