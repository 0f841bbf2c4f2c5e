import { parseAttributes, storedAttributeLimits } from '../domain/attributes.js'
import type { Attributes } from '../domain/condition/condition.js'
import type { OrganizationDocument, PolicyEntry, RuleEntry } from '../domain/document.js'
import type { PermissionSetScopeType } from '../domain/permission-set.js'
import type { Effect } from '../domain/policy.js'
import type { UserType } from '../domain/user.js'
import { parsed } from '../domain/validation.js'
import type {
  OrganizationDocument as WireDocument,
  PolicyEntry as WirePolicy,
  RuleEntry as WireRule,
} from '../grpc/gen/postern/v1/document.js'
import { PermissionSetScopeType as WireScopeType } from '../grpc/gen/postern/v1/permission_set.js'
import { Effect as WireEffect } from '../grpc/gen/postern/v1/policy.js'
import { UserType as WireUserType } from '../grpc/gen/postern/v1/user.js'

const wireUserTypes = {
  owner: WireUserType.OWNER,
  member: WireUserType.MEMBER,
  guest: WireUserType.GUEST,
} as const satisfies Record<UserType, WireUserType>

const wireScopeTypes = {
  projects: WireScopeType.PROJECTS,
  organization: WireScopeType.ORGANIZATION,
} as const satisfies Record<PermissionSetScopeType, WireScopeType>

export const wireEffects = {
  allow: WireEffect.ALLOW,
  deny: WireEffect.DENY,
} as const satisfies Record<Effect, WireEffect>

export function toWireDocument(document: OrganizationDocument): WireDocument {
  return {
    name: document.name,
    projects: document.projects.map((project) => ({ ...project })),
    users: document.users.map((user) => ({
      ...user,
      type: wireUserTypes[user.type],
      tags: [...user.tags],
    })),
    applications: document.applications.map((each) => ({ ...each, tags: [...each.tags] })),
    groups: document.groups.map((group) => ({
      ...group,
      tags: [...group.tags],
      users: [...group.users],
      applications: [...group.applications],
    })),
    permissionSets: document.permissionSets.map((set) => ({
      ...set,
      scopeType: wireScopeTypes[set.scopeType],
      permissions: [...set.permissions],
    })),
    policies: document.policies.map(toWirePolicy),
  }
}

function toWirePolicy({ principal, tags, rules, ...policy }: PolicyEntry): WirePolicy {
  return {
    ...policy,
    tags: [...tags],
    principal: principal && { $case: principal.type, value: principal.name },
    rules: rules.map((rule) => ({
      ...rule,
      effect: wireEffects[rule.effect],
      permissionSets: [...rule.permissionSets],
      projects: [...rule.projects],
      resources: [...rule.resources],
    })),
  }
}

export function fromWireDocument(wire: WireDocument): OrganizationDocument {
  return {
    ...wire,
    users: wire.users.map((user, index) => ({
      ...user,
      type: nameOf(wireUserTypes, user.type, 'user type'),
      attributes: readAttributes(`users[${index}]`, user.attributes),
    })),
    applications: wire.applications.map((each, index) => ({
      ...each,
      attributes: readAttributes(`applications[${index}]`, each.attributes),
    })),
    permissionSets: wire.permissionSets.map((set) => ({
      ...set,
      scopeType: nameOf(wireScopeTypes, set.scopeType, 'scope type'),
    })),
    policies: wire.policies.map(fromWirePolicy),
  }
}

function readAttributes(owner: string, value: unknown): Attributes {
  const field = `${owner}.attributes`
  return parsed((v) => parseAttributes(v, field, { value, limits: storedAttributeLimits }))
}

function fromWirePolicy({ principal, rules, ...policy }: WirePolicy): PolicyEntry {
  return {
    ...policy,
    ...(principal && { principal: { type: principal.$case, name: principal.value } }),
    rules: rules.map(fromWireRule),
  }
}

function fromWireRule(rule: WireRule): RuleEntry {
  return { ...rule, effect: nameOf(wireEffects, rule.effect, 'effect') }
}

/** A newer server's value has no name here: leaving it out of a file would change its meaning. */
function nameOf<Name extends string>(
  table: Readonly<Record<Name, number>>,
  value: number,
  what: string,
): Name {
  const names = Object.keys(table) as Name[]
  const name = names.find((each) => table[each] === value)
  if (name === undefined) throw new Error(`the server sent an unknown ${what} (${value})`)
  return name
}
