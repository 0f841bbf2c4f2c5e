import { properties, type Schema } from './properties.js'

const dated = ['id', 'created_at', 'updated_at', 'organization_id']
const described = ['name', 'description']
const kept = ['editable', 'deletable', 'managed']

/** What each answer always has; a `?` after a name means that it can be absent. */
const members: Readonly<Record<string, readonly string[]>> = {
  User: [
    ...dated,
    'email',
    'username',
    'first_name',
    'last_name',
    'phone_number',
    'locale',
    'deletable',
    'last_login_at',
    'type',
    'two_factor_enabled',
    'status',
    'mfa',
    'account_root_user_id',
    'tags',
    'locked',
    'account_id',
    'external_id',
    'attributes',
    'etag',
  ],
  Application: [
    ...dated,
    ...described,
    ...kept,
    'nb_api_keys',
    'tags',
    'external_id',
    'attributes',
    'etag',
  ],
  Group: [
    ...dated,
    ...described,
    ...kept,
    'user_ids',
    'application_ids',
    'tags',
    'all_users',
    'all_applications',
    'etag',
  ],
  APIKey: [
    'access_key',
    'secret_key',
    'description',
    'created_at',
    'updated_at',
    'expires_at',
    'default_project_id',
    ...kept,
    'creation_ip',
    'user_id?',
    'application_id?',
    'narrowing',
    'etag',
  ],
  Policy: [
    ...dated,
    ...described,
    ...kept,
    'nb_rules',
    'nb_scopes',
    'nb_permission_sets',
    'tags',
    'user_id?',
    'group_id?',
    'application_id?',
    'no_principal?',
    'etag',
  ],
  Rule: [
    'id',
    'permission_set_names',
    'permission_sets_scope_type',
    'condition',
    'project_ids?',
    'organization_id?',
    'effect',
    'resources',
  ],
  PermissionSet: ['id', 'name', 'scope_type', 'description', 'categories', 'permissions', 'custom'],
  Log: [
    'id',
    'created_at',
    'ip',
    'user_agent',
    'action',
    'bearer_id',
    'organization_id',
    'resource_type',
    'resource_id',
    'permission',
  ],
  Quotum: ['name', 'unlimited', 'pretty_name', 'unit', 'description', 'locality_type', 'limits'],
  Organization: [
    'id',
    'name',
    'alias',
    'login_password_enabled',
    'login_magic_code_enabled',
    'login_oauth2_enabled',
    'login_saml_enabled',
  ],
  OrganizationSecuritySettings: [
    'enforce_password_renewal',
    'grace_period_duration',
    'login_attempts_before_locked',
    'max_login_session_duration',
    'max_api_key_expiration_duration',
  ],
  Project: [...dated, ...described, 'qualification', 'etag'],
  ListUsersResponse: ['users', 'total_count'],
  ListApplicationsResponse: ['applications', 'total_count'],
  ListGroupsResponse: ['groups', 'total_count'],
  ListAPIKeysResponse: ['api_keys', 'total_count'],
  ListPoliciesResponse: ['policies', 'total_count'],
  ListRulesResponse: ['rules', 'total_count'],
  SetRulesResponse: ['rules'],
  ListPermissionSetsResponse: ['permission_sets', 'total_count'],
  ListLogsResponse: ['logs', 'total_count'],
  ListQuotaResponse: ['quota', 'total_count'],
  ListProjectsResponse: ['projects', 'total_count'],
  CheckPermissionsResponse: ['responses'],
}

const error: Schema = {
  type: 'object',
  required: ['type', 'message'],
  properties: { type: { type: 'string' }, message: { type: 'string' } },
}

export const restSchemas: Readonly<Record<string, Schema>> = {
  ...Object.fromEntries(Object.entries(members).map(([name, names]) => [name, shape(names)])),
  Error: error,
}

function shape(names: readonly string[]): Schema {
  const all = [...names, 'revision?']
  return {
    type: 'object',
    required: all.filter((name) => !name.endsWith('?')),
    properties: Object.fromEntries(
      all.map((name) => name.replace('?', '')).map((name) => [name, properties[name] ?? {}]),
    ),
  }
}
