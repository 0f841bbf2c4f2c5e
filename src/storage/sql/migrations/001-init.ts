import type { Migration } from '../migrate.js'

/**
 * Composite keys `(organization_id, id)` exist so that every reference carries its organization:
 * the database itself refuses a reference that crosses organizations.
 */
export const init: Migration = {
  version: 1,
  name: 'init',
  statements: ({ text, integer, table, hotRow, randomHex }) => [
    `create table store_head (
      one integer not null primary key check (one = 1),
      epoch ${text} not null, rev ${integer} not null, nonce ${text} not null
    ) ${hotRow}`,
    `insert into store_head (one, epoch, rev, nonce)
      values (1, '${randomHex()}', 0, '${randomHex()}')`,
    `create table change_log (
      rev ${integer} not null primary key, nonce ${text} not null,
      organization_id ${text} not null, keys ${text} not null, at_ms ${integer} not null
    ) ${table}`,
    `create table organizations (
      id ${text} not null, name ${text} not null, api_key_ttl_max_ms ${integer},
      root integer not null check (root in (0, 1)), ${versioned(integer)},
      constraint organizations_id_key primary key (id)
    ) ${table}`,
    'create unique index organizations_root_key on organizations (root) where root = 1',
    `create table accounts (
      id ${text} not null, email ${text} not null, created_at_ms ${integer} not null,
      constraint accounts_id_key primary key (id),
      constraint accounts_email_key unique (email)
    ) ${table}`,
    // Users, applications and groups share one space of ids, which callers may choose from: what is
    // attached to one must never reach another. Ids stay taken after their bearer is gone.
    `create table holders (
      id ${text} not null, constraint holders_id_key primary key (id)
    ) ${table}`,
    ...resources({ text, integer, table }),
    ...principals({ text, integer, table }),
    ...groups({ text, integer, table }),
    ...policies({ text, integer, table }),
    ...keys({ text, integer, table }),
    ...audit({ text, integer, table }),
  ],
}

interface Words {
  readonly text: string
  readonly integer: string
  readonly table: string
}

function versioned(integer: string): string {
  return `created_at_ms ${integer} not null, updated_at_ms ${integer} not null,
      version ${integer} not null`
}

/** What every noun of an organization starts with. */
function owned(noun: string, { text, integer }: Words): string {
  return `id ${text} not null, ${versioned(integer)},
      organization_id ${text} not null references organizations (id) on delete cascade,
      constraint ${noun}_id_key primary key (id),
      constraint ${noun}_organization_id_id_key unique (organization_id, id)`
}

function listed(noun: string): string {
  return `create index ${noun}_list on ${noun} (organization_id, created_at_ms, id)`
}

function resources(words: Words): string[] {
  const { text, table } = words
  return [
    `create table projects (
      name ${text} not null, description ${text} not null, ${owned('projects', words)},
      constraint projects_organization_id_name_key unique (organization_id, name)
    ) ${table}`,
    listed('projects'),
    `create table permission_sets (
      name ${text} not null, description ${text} not null, permissions ${text} not null,
      scope_type ${text} not null check (scope_type in ('projects', 'organization')),
      ${owned('permission_sets', words)},
      constraint permission_sets_organization_id_name_key unique (organization_id, name)
    ) ${table}`,
  ]
}

function principals(words: Words): string[] {
  const { text, table } = words
  return [
    `create table users (
      type ${text} not null check (type in ('owner', 'member', 'guest')),
      status ${text} not null check (status in ('active', 'pending', 'locked')),
      email ${text} not null, account_id ${text} references accounts (id),
      display_name ${text} not null, external_id ${text},
      tags ${text} not null, attributes ${text} not null, ${owned('users', words)},
      constraint users_organization_id_email_key unique (organization_id, email),
      constraint users_organization_id_external_id_key unique (organization_id, external_id),
      constraint users_organization_id_account_id_key unique (organization_id, account_id),
      check (account_id is not null or status = 'pending'),
      check (status <> 'pending' or type = 'guest')
    ) ${table}`,
    `create unique index users_organization_id_key on users (organization_id)
      where type = 'owner'`,
    "create unique index users_account_id_key on users (account_id) where type <> 'guest'",
    'create index users_account on users (account_id)',
    "create index users_invitations on users (email, created_at_ms, id) where status = 'pending'",
    listed('users'),
    `create table applications (
      name ${text} not null, description ${text} not null, external_id ${text},
      tags ${text} not null, attributes ${text} not null, ${owned('applications', words)},
      constraint applications_organization_id_external_id_key
        unique (organization_id, external_id)
    ) ${table}`,
    listed('applications'),
  ]
}

function groups(words: Words): string[] {
  const { text, table } = words
  return [
    `create table groups (
      kind ${text} not null check (kind in ('regular', 'all-users', 'all-applications')),
      name ${text} not null, description ${text} not null, tags ${text} not null,
      ${owned('groups', words)},
      constraint groups_organization_id_name_key unique (organization_id, name)
    ) ${table}`,
    `create unique index groups_organization_id_kind_key on groups (organization_id, kind)
      where kind <> 'regular'`,
    listed('groups'),
    ...members('user', words),
    ...members('application', words),
  ]
}

function members(noun: 'user' | 'application', { text, table }: Words): string[] {
  return [
    `create table group_${noun}s (
      organization_id ${text} not null, group_id ${text} not null, ${noun}_id ${text} not null,
      primary key (group_id, ${noun}_id),
      foreign key (organization_id, group_id) references groups (organization_id, id)
        on delete cascade,
      foreign key (organization_id, ${noun}_id) references ${noun}s (organization_id, id)
        on delete cascade
    ) ${table}`,
    `create index group_${noun}s_member on group_${noun}s (${noun}_id, organization_id, group_id)`,
  ]
}

/** A holder with policies cannot be deleted: whoever deletes it detaches them first. */
function policies(words: Words): string[] {
  const { text, integer, table } = words
  return [
    `create table policies (
      name ${text} not null, description ${text} not null, tags ${text} not null,
      user_id ${text}, group_id ${text}, application_id ${text}, ${owned('policies', words)},
      foreign key (organization_id, user_id) references users (organization_id, id),
      foreign key (organization_id, group_id) references groups (organization_id, id),
      foreign key (organization_id, application_id)
        references applications (organization_id, id),
      check (${count('user_id', 'group_id', 'application_id')} <= 1)
    ) ${table}`,
    listed('policies'),
    'create index policies_user on policies (user_id, organization_id)',
    'create index policies_group on policies (group_id, organization_id)',
    'create index policies_application on policies (application_id, organization_id)',
    `create table rules (
      id ${text} not null, organization_id ${text} not null, policy_id ${text} not null,
      position ${integer} not null, effect ${text} not null check (effect in ('allow', 'deny')),
      scope_type ${text} not null check (scope_type in ('projects', 'organization')),
      scope_kind ${text} not null check (scope_kind in ('projects', 'organization')),
      resources ${text} not null, condition ${text} not null,
      constraint rules_id_key primary key (id),
      constraint rules_organization_id_id_key unique (organization_id, id),
      constraint rules_policy_id_position_key unique (policy_id, position),
      foreign key (organization_id, policy_id) references policies (organization_id, id)
        on delete cascade
    ) ${table}`,
    ...ruleParts(words),
  ]
}

function ruleParts({ text, integer, table }: Words): string[] {
  const rule = `organization_id ${text} not null, rule_id ${text} not null,
      position ${integer} not null, primary key (rule_id, position),
      foreign key (organization_id, rule_id) references rules (organization_id, id)
        on delete cascade`
  return [
    `create table rule_permission_sets (
      builtin_name ${text}, permission_set_id ${text}, ${rule},
      foreign key (organization_id, permission_set_id)
        references permission_sets (organization_id, id),
      check (${count('builtin_name', 'permission_set_id')} = 1)
    ) ${table}`,
    `create index rule_permission_sets_set
      on rule_permission_sets (permission_set_id, organization_id)`,
    `create table rule_projects (
      project_id ${text} not null, ${rule},
      foreign key (organization_id, project_id) references projects (organization_id, id)
        on delete cascade
    ) ${table}`,
    'create index rule_projects_project on rule_projects (project_id, organization_id)',
  ]
}

function keys(words: Words): string[] {
  const { text, integer, table } = words
  return [
    `create table api_keys (
      user_id ${text}, application_id ${text}, description ${text} not null,
      expires_at_ms ${integer}, default_project_id ${text} not null, narrowing ${text} not null,
      ${owned('api_keys', words)},
      foreign key (organization_id, user_id) references users (organization_id, id)
        on delete cascade,
      foreign key (organization_id, application_id) references applications (organization_id, id)
        on delete cascade,
      foreign key (organization_id, default_project_id) references projects (organization_id, id),
      check (${count('user_id', 'application_id')} = 1)
    ) ${table}`,
    listed('api_keys'),
    'create index api_keys_user on api_keys (user_id, organization_id)',
    'create index api_keys_application on api_keys (application_id, organization_id)',
    'create index api_keys_project on api_keys (default_project_id, organization_id)',
    `create table api_key_secrets (
      hash ${text} not null, expires_at_ms ${integer},
      key_id ${text} not null references api_keys (id) on delete cascade,
      constraint api_key_secrets_hash_key primary key (hash)
    ) ${table}`,
    'create index api_key_secrets_key on api_key_secrets (key_id)',
    `create table enrollments (
      user_id ${text} not null references users (id) on delete cascade,
      hash ${text} not null, expires_at_ms ${integer} not null,
      constraint enrollments_user_id_key primary key (user_id),
      constraint enrollments_hash_key unique (hash)
    ) ${table}`,
  ]
}

/** The trail of an organization outlives it: no foreign key. */
function audit({ text, integer, table }: Words): string[] {
  return [
    `create table audit_entries (
      id ${text} not null primary key, organization_id ${text} not null,
      rev ${integer} not null, at_ms ${integer} not null,
      actor_key_id ${text}, actor_type ${text} check (actor_type in ('user', 'application')),
      actor_id ${text}, ip ${text} not null, user_agent ${text} not null,
      action ${text} not null, resource_type ${text} not null, resource_id ${text} not null,
      before_json ${text}, after_json ${text}
    ) ${table}`,
    'create index audit_entries_list on audit_entries (organization_id, rev, id)',
  ]
}

/** How many of the columns are set. */
function count(...columns: readonly string[]): string {
  return columns.map((column) => `(case when ${column} is null then 0 else 1 end)`).join(' + ')
}
