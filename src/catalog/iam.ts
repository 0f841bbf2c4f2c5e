import type { CatalogService } from './catalog.js'
import { organizationSet, reads } from './define.js'

/** Who is who, and who may do what. */
export const iam: CatalogService = {
  service: 'iam',
  category: 'Organization management',
  permissionSets: [
    organizationSet('IAMReadOnly', 'See everything in IAM.', reads('iam')),
    organizationSet('IAMManager', 'Manage all of IAM, and the projects.', [
      'iam:*',
      'account:project:*',
    ]),
    organizationSet('IAMApplicationManager', 'Manage applications and their API keys.', [
      'iam:application:*',
      'iam:application-api-key:*',
    ]),
    organizationSet('IAMApplicationReadOnly', 'See applications and their API keys.', [
      'iam:application:list',
      'iam:application:read',
      'iam:application-api-key:list',
      'iam:application-api-key:read',
    ]),
    // Seeing another human's keys is for audits; deleting them stays with `IAMManager`.
    organizationSet('IAMUserManager', 'Manage users, and see their API keys.', [
      'iam:user:*',
      'iam:user-api-key:list',
      'iam:user-api-key:read',
    ]),
    organizationSet('IAMUserReadOnly', 'See users and their API keys.', [
      'iam:user:list',
      'iam:user:read',
      'iam:user-api-key:list',
      'iam:user-api-key:read',
    ]),
    organizationSet('IAMGroupManager', 'Manage groups and their members.', ['iam:group:*']),
    organizationSet('IAMGroupReadOnly', 'See groups and their members.', [
      'iam:group:list',
      'iam:group:read',
    ]),
    // Changing a permission set changes every policy that uses it, so that needs `IAMManager`.
    organizationSet('IAMPolicyManager', 'Manage policies, and see permission sets.', [
      'iam:policy:*',
      'iam:permission-set:list',
      'iam:permission-set:read',
    ]),
    organizationSet('IAMPolicyReadOnly', 'See policies and permission sets.', [
      'iam:policy:list',
      'iam:policy:read',
      'iam:permission-set:list',
      'iam:permission-set:read',
    ]),
  ],
}
