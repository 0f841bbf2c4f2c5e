import type { Attributes } from './condition/condition.js'
import type { PermissionSetScopeType } from './permission-set.js'
import type { Effect } from './policy.js'
import type { UserType } from './user.js'

/**
 * A whole organization in names instead of ids, as people write it in a file. Users are named by
 * e-mail address. Absent texts are empty.
 */
export interface OrganizationDocument {
  /** Empty: left as it is. */
  readonly name: string
  readonly projects: readonly ProjectEntry[]
  readonly users: readonly UserEntry[]
  readonly applications: readonly ApplicationEntry[]
  readonly groups: readonly GroupEntry[]
  readonly permissionSets: readonly PermissionSetEntry[]
  readonly policies: readonly PolicyEntry[]
}

export interface ProjectEntry {
  readonly id: string
  readonly name: string
  readonly description: string
}

export interface UserEntry {
  readonly id: string
  readonly email: string
  readonly type: UserType
  readonly displayName: string
  readonly externalId: string
  readonly tags: readonly string[]
  readonly attributes: Attributes
  readonly locked: boolean
}

export interface ApplicationEntry {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly externalId: string
  readonly tags: readonly string[]
  readonly attributes: Attributes
}

export interface GroupEntry {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  /** E-mail addresses. */
  readonly users: readonly string[]
  /** Names. */
  readonly applications: readonly string[]
}

export interface PermissionSetEntry {
  readonly name: string
  readonly scopeType: PermissionSetScopeType
  readonly description: string
  readonly permissions: readonly string[]
}

/** Named by e-mail address or name. */
export interface PrincipalEntry {
  readonly type: 'user' | 'group' | 'application'
  readonly name: string
}

export interface PolicyEntry {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly principal?: PrincipalEntry
  readonly rules: readonly RuleEntry[]
}

export interface RuleEntry {
  readonly effect: Effect
  readonly permissionSets: readonly string[]
  /** True: the organization; otherwise `projects`. */
  readonly organization: boolean
  /** Names. */
  readonly projects: readonly string[]
  readonly resources: readonly string[]
  readonly condition: string
}

export const emptyDocument: OrganizationDocument = {
  name: '',
  projects: [],
  users: [],
  applications: [],
  groups: [],
  permissionSets: [],
  policies: [],
}

/** The same organization for another place, where these ids are somebody else's. */
export function withoutIds(document: OrganizationDocument): OrganizationDocument {
  const anonymous = <T extends { readonly id: string }>(entry: T): T => ({ ...entry, id: '' })
  return {
    ...document,
    projects: document.projects.map(anonymous),
    users: document.users.map(anonymous),
    applications: document.applications.map(anonymous),
    groups: document.groups.map(anonymous),
    policies: document.policies.map(anonymous),
  }
}
