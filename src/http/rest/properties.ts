/** JSON Schema, as OpenAPI 3.1 has it. */
export type Schema = { readonly [keyword: string]: unknown }

const text: Schema = { type: 'string' }
const flag: Schema = { type: 'boolean' }
const count: Schema = { type: 'integer', minimum: 0 }
const id: Schema = { type: 'string', format: 'uuid' }
const instant: Schema = { type: 'string', format: 'date-time' }
const texts: Schema = { type: 'array', items: text }
const ids: Schema = { type: 'array', items: id }
const map: Schema = { type: 'object', additionalProperties: true }
const duration: Schema = { type: 'string', pattern: '^\\d+(\\.\\d+)?s$' }

function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: 'null' }] }
}

function listOf(name: string): Schema {
  return { type: 'array', items: { $ref: `#/components/schemas/${name}` } }
}

/** One name means one thing everywhere in this API. */
export const properties: Readonly<Record<string, Schema>> = {
  access_key: { type: 'string', pattern: '^[A-Z0-9]{20}$' },
  account_id: text,
  account_root_user_id: text,
  action: text,
  alias: text,
  all_applications: flag,
  all_users: flag,
  api_keys: listOf('APIKey'),
  application_id: id,
  application_ids: ids,
  applications: listOf('Application'),
  attributes: map,
  bearer_id: text,
  categories: texts,
  condition: { type: 'string', maxLength: 2_048 },
  created_at: instant,
  creation_ip: text,
  custom: flag,
  default_project_id: id,
  deletable: flag,
  description: text,
  editable: flag,
  effect: { enum: ['allow', 'deny'] },
  email: text,
  enforce_password_renewal: flag,
  etag: text,
  expires_at: orNull(instant),
  external_id: text,
  first_name: text,
  grace_period_duration: orNull(duration),
  group_id: id,
  groups: listOf('Group'),
  id,
  ip: text,
  last_login_at: orNull(instant),
  last_name: text,
  limit: count,
  limits: { type: 'array', items: map },
  locale: text,
  locality_type: { enum: ['global'] },
  locked: flag,
  login_attempts_before_locked: count,
  login_magic_code_enabled: flag,
  login_oauth2_enabled: flag,
  login_password_enabled: flag,
  login_saml_enabled: flag,
  logs: listOf('Log'),
  managed: flag,
  max_api_key_expiration_duration: duration,
  max_login_session_duration: orNull(duration),
  member: map,
  mfa: flag,
  name: text,
  narrowing: map,
  nb_api_keys: count,
  nb_permission_sets: count,
  nb_rules: count,
  nb_scopes: count,
  no_principal: flag,
  organization_id: id,
  permission: text,
  permission_set_names: texts,
  permission_sets: listOf('PermissionSet'),
  permission_sets_scope_type: { enum: ['projects', 'organization'] },
  permissions: { type: 'array' },
  phone_number: text,
  policies: listOf('Policy'),
  policy_id: id,
  pretty_name: text,
  project_ids: ids,
  projects: listOf('Project'),
  qualification: orNull(map),
  quota: listOf('Quotum'),
  resource_id: text,
  resource_type: text,
  resources: texts,
  responses: { type: 'array', items: map },
  revision: text,
  rules: listOf('Rule'),
  scope_type: { enum: ['projects', 'organization'] },
  secret_key: orNull(id),
  status: { enum: ['invitation_pending', 'activated'] },
  tags: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 70 }, maxItems: 10 },
  total_count: count,
  two_factor_enabled: flag,
  type: { enum: ['owner', 'member', 'guest'] },
  unit: text,
  unlimited: flag,
  updated_at: instant,
  user_agent: text,
  user_id: id,
  user_ids: ids,
  username: text,
  users: listOf('User'),
}
