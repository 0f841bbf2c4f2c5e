import { parseAttributes, storedAttributeLimits } from './attributes.js'
import type { Attributes } from './condition/condition.js'
import type {
  ApplicationEntry,
  GroupEntry,
  OrganizationDocument,
  PermissionSetEntry,
  PolicyEntry,
  PrincipalEntry,
  ProjectEntry,
  RuleEntry,
  UserEntry,
} from './document.js'
import { type RecordReader, readRecord } from './record-reader.js'
import type { Validation } from './validation.js'

/**
 * Reads what a file in YAML or JSON holds. Reports unknown keys, wrong types and missing names;
 * whether names exist, and mean one thing each, is asked when the document is used. An empty file
 * is refused, not read as an empty organization: nobody means it.
 */
export function parseDocument(v: Validation, field: string, raw: unknown): OrganizationDocument {
  return readRecord(v, field, {
    raw,
    read: (record) => ({
      name: record.record('organization', (inner) => inner.requiredText('name')) ?? '',
      ...readDocumentLists(record),
    }),
  })
}

/** The lists alone, for files that have other keys beside them. */
export function readDocumentLists(record: RecordReader): Omit<OrganizationDocument, 'name'> {
  return {
    projects: record.records('projects', readProject),
    users: record.records('users', readUser),
    applications: record.records('applications', readApplication),
    groups: record.records('groups', readGroup),
    permissionSets: record.records('permission_sets', readPermissionSet),
    policies: record.records('policies', readPolicy),
  }
}

/** What `parseDocument` reads back as the same document: plain data, with empty things left out. */
export function documentToFile(document: OrganizationDocument): unknown {
  return filled({
    organization: filled({ name: document.name }),
    projects: document.projects.map(({ id, name, description }) =>
      filled({ id, name, description }),
    ),
    users: document.users.map(userToFile),
    applications: document.applications.map(applicationToFile),
    groups: document.groups.map(({ id, name, description, tags, users, applications }) =>
      filled({ id, name, description, tags, users, applications }),
    ),
    permission_sets: document.permissionSets.map((set) =>
      filled({
        name: set.name,
        scope_type: set.scopeType,
        description: set.description,
        permissions: set.permissions,
      }),
    ),
    policies: document.policies.map(policyToFile),
  })
}

function readProject(record: RecordReader): ProjectEntry {
  return {
    id: record.text('id'),
    name: record.requiredText('name'),
    description: record.text('description'),
  }
}

function readUser(record: RecordReader): UserEntry {
  return {
    id: record.text('id'),
    email: record.requiredText('email'),
    type: record.choice('type', ['member', 'guest', 'owner']),
    displayName: record.text('display_name'),
    externalId: record.text('external_id'),
    tags: record.texts('tags'),
    attributes: readAttributes(record),
    locked: record.flag('locked'),
  }
}

function readApplication(record: RecordReader): ApplicationEntry {
  return {
    id: record.text('id'),
    name: record.requiredText('name'),
    description: record.text('description'),
    externalId: record.text('external_id'),
    tags: record.texts('tags'),
    attributes: readAttributes(record),
  }
}

function readAttributes(record: RecordReader): Attributes {
  return parseAttributes(record.v, record.at('attributes'), {
    value: record.raw('attributes'),
    limits: storedAttributeLimits,
  })
}

function readGroup(record: RecordReader): GroupEntry {
  return {
    id: record.text('id'),
    name: record.requiredText('name'),
    description: record.text('description'),
    tags: record.texts('tags'),
    users: record.texts('users'),
    applications: record.texts('applications'),
  }
}

function readPermissionSet(record: RecordReader): PermissionSetEntry {
  return {
    name: record.requiredText('name'),
    scopeType: record.choice('scope_type', ['projects', 'organization']),
    description: record.text('description'),
    permissions: record.texts('permissions'),
  }
}

export function readPolicy(record: RecordReader): PolicyEntry {
  const principal = record.record('principal', readPrincipal)
  return {
    id: record.text('id'),
    name: record.requiredText('name'),
    description: record.text('description'),
    tags: record.texts('tags'),
    ...(principal && { principal }),
    rules: record.records('rules', readRule),
  }
}

const principalTypes = ['user', 'group', 'application'] as const

export function readPrincipal(record: RecordReader): PrincipalEntry {
  const given = principalTypes.filter((type) => record.has(type))
  const [type = 'user'] = given
  if (given.length === 1) return { type, name: record.requiredText(type) }
  record.v.fail(record.field, 'REQUIRED', 'must be exactly one of user, group and application')
  return { type, name: '' }
}

export function readRule(record: RecordReader): RuleEntry {
  return {
    effect: record.choice('effect', ['allow', 'deny']),
    permissionSets: record.texts('permission_sets'),
    organization: record.flag('organization'),
    projects: record.texts('projects'),
    resources: record.texts('resources'),
    condition: record.text('condition'),
  }
}

function userToFile(user: UserEntry): object {
  return filled({
    id: user.id,
    email: user.email,
    type: user.type,
    display_name: user.displayName,
    external_id: user.externalId,
    tags: user.tags,
    attributes: { ...user.attributes },
    locked: user.locked,
  })
}

function applicationToFile(application: ApplicationEntry): object {
  return filled({
    id: application.id,
    name: application.name,
    description: application.description,
    external_id: application.externalId,
    tags: application.tags,
    attributes: { ...application.attributes },
  })
}

function policyToFile({ id, name, description, tags, principal, rules }: PolicyEntry): object {
  return filled({
    id,
    name,
    description,
    tags,
    principal: principal ? { [principal.type]: principal.name } : '',
    rules: rules.map((rule) =>
      filled({
        effect: rule.effect === 'allow' ? '' : rule.effect,
        permission_sets: rule.permissionSets,
        organization: rule.organization,
        projects: rule.projects,
        resources: rule.resources,
        condition: rule.condition,
      }),
    ),
  })
}

type Plain = string | boolean | object

/** Without the members that are the empty string, false, an empty list or an empty map. */
function filled(members: Readonly<Record<string, Plain>>): Record<string, Plain> {
  const kept = Object.entries(members).filter(([, value]) =>
    typeof value === 'object' ? Object.keys(value).length > 0 : value !== '' && value !== false,
  )
  return Object.fromEntries(kept)
}
