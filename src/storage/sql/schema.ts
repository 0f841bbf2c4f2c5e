/**
 * The rows of both engines: text, integers and nulls only. Instants are milliseconds, lists and
 * maps are JSON in text, and whatever has a closed set of values is checked by the database too.
 */
export interface Schema {
  store_head: StoreHeadRow
  store_lease: StoreLeaseRow
  change_log: ChangeLogRow
  schema_migrations: MigrationRow
  organizations: OrganizationRow
  projects: ProjectRow
  resources: ResourceRow
  accounts: AccountRow
  users: UserRow
  applications: ApplicationRow
  groups: GroupRow
  group_users: GroupUserRow
  group_applications: GroupApplicationRow
  permission_sets: PermissionSetRow
  policies: PolicyRow
  rules: RuleRow
  rule_permission_sets: RulePermissionSetRow
  rule_projects: RuleProjectRow
  api_keys: ApiKeyRow
  api_key_secrets: ApiKeySecretRow
  enrollments: EnrollmentRow
  holders: { id: string }
  audit_entries: AuditEntryRow
  idempotency: IdempotencyRow
}

/** The one row that every write changes last. */
export interface StoreHeadRow {
  one: number
  epoch: string
  rev: number
  nonce: string
}

/** When the server last proved that it can commit, by its own clock. */
export interface StoreLeaseRow {
  one: number
  at_ms: number
}

export interface ChangeLogRow {
  rev: number
  nonce: string
  organization_id: string
  /** A JSON array of `kind:id`. */
  keys: string
  at_ms: number
}

export interface MigrationRow {
  version: number
  name: string
  applied_at_ms: number
}

interface Versioned {
  created_at_ms: number
  updated_at_ms: number
  version: number
}

export interface OrganizationRow extends Versioned {
  id: string
  name: string
  api_key_ttl_max_ms: number | null
  root: number
}

export interface ProjectRow extends Versioned {
  id: string
  organization_id: string
  name: string
  description: string
}

export interface ResourceRow extends Versioned {
  organization_id: string
  type: string
  id: string
  project_id: string | null
  name: string
  locality: string
  attributes: string
}

export interface AccountRow {
  id: string
  email: string
  created_at_ms: number
}

export interface UserRow extends Versioned {
  id: string
  organization_id: string
  type: 'owner' | 'member' | 'guest'
  status: 'active' | 'pending' | 'locked'
  email: string
  account_id: string | null
  display_name: string
  external_id: string | null
  tags: string
  attributes: string
}

export interface ApplicationRow extends Versioned {
  id: string
  organization_id: string
  name: string
  description: string
  external_id: string | null
  tags: string
  attributes: string
}

export interface GroupRow extends Versioned {
  id: string
  organization_id: string
  kind: 'regular' | 'all-users' | 'all-applications'
  name: string
  description: string
  tags: string
}

export interface GroupUserRow {
  organization_id: string
  group_id: string
  user_id: string
}

export interface GroupApplicationRow {
  organization_id: string
  group_id: string
  application_id: string
}

export interface PermissionSetRow extends Versioned {
  id: string
  organization_id: string
  name: string
  scope_type: 'projects' | 'organization'
  description: string
  permissions: string
}

/** At most one of the three holders is set. */
export interface PolicyRow extends Versioned {
  id: string
  organization_id: string
  name: string
  description: string
  tags: string
  user_id: string | null
  group_id: string | null
  application_id: string | null
}

export interface RuleRow {
  id: string
  organization_id: string
  policy_id: string
  position: number
  effect: 'allow' | 'deny'
  scope_type: 'projects' | 'organization'
  scope_kind: 'projects' | 'organization'
  resources: string
  condition: string
}

/** Exactly one of the two names the set. */
export interface RulePermissionSetRow {
  organization_id: string
  rule_id: string
  position: number
  builtin_name: string | null
  permission_set_id: string | null
}

export interface RuleProjectRow {
  organization_id: string
  rule_id: string
  position: number
  project_id: string
}

/** Exactly one of the two is the bearer. */
export interface ApiKeyRow extends Versioned {
  id: string
  organization_id: string
  user_id: string | null
  application_id: string | null
  description: string
  expires_at_ms: number | null
  default_project_id: string
  narrowing: string
}

export interface ApiKeySecretRow {
  hash: string
  key_id: string
  expires_at_ms: number | null
}

export interface EnrollmentRow {
  user_id: string
  hash: string
  expires_at_ms: number
}

export interface AuditEntryRow {
  id: string
  organization_id: string
  rev: number
  at_ms: number
  actor_key_id: string | null
  actor_type: 'user' | 'application' | null
  actor_id: string | null
  ip: string
  user_agent: string
  action: string
  resource_type: string
  resource_id: string
  before_json: string | null
  after_json: string | null
}

export interface IdempotencyRow {
  actor: string
  key_hash: string
  organization_id: string
  request_hash: string
  /** Encrypted: it can hold a fresh secret. */
  response: string
  created_at_ms: number
  replays: number
}
