import type { CatalogService } from './catalog.js'
import { organizationSet, reads } from './define.js'

/** The organization itself and its projects, but nothing inside a project. */
export const account: CatalogService = {
  service: 'account',
  category: 'Organization management',
  permissionSets: [
    organizationSet('ProjectManager', 'Create, rename, list and delete projects.', [
      'account:project:*',
    ]),
    organizationSet('ProjectReadOnly', 'See which projects there are.', [
      'account:project:list',
      'account:project:read',
    ]),
    organizationSet(
      'OrganizationManager',
      'Run the organization: projects, IAM, billing, tickets. Gives no resource of any project.',
      ['account:*', 'iam:*', 'billing:*', 'support:*', 'abuse:*', ...reads('audit_trail')],
    ),
    organizationSet('OrganizationReadOnly', 'See the organization and its quotas.', [
      'account:organization:read',
      'account:quota:list',
      'account:quota:read',
    ]),
  ],
}
