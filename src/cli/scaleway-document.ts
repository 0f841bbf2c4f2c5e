import {
  emptyDocument,
  type GroupEntry,
  type OrganizationDocument,
  type PolicyEntry,
  type RuleEntry,
  type UserEntry,
} from '../domain/document.js'
import { implicitGroupNames } from '../domain/group.js'
import type { UserType } from '../domain/user.js'
import type { ScalewayOrganization, Sent } from './scaleway-source.js'

export interface Translated {
  readonly document: OrganizationDocument
  /** What is not taken over, one sentence each. */
  readonly left: readonly string[]
}

/** The same organization as a document: by names, each given once. */
export function toDocument(source: ScalewayOrganization): Translated {
  const names = new Map<string, string>()
  const applications = source.applications.filter(isOwn)
  const groups = source.groups.filter(isOwn)
  const policies = source.policies.filter(({ policy }) => isOwn(policy))
  const users = source.users.filter(({ type }) => type !== 'owner')
  for (const user of users) names.set(text(user.id), text(user.email).toLowerCase())
  for (const group of source.groups) nameImplicit(names, group)
  nameAll(names, source.projects)
  nameAll(names, applications)
  nameAll(names, groups)
  nameAll(
    names,
    policies.map(({ policy }) => policy),
  )
  const document: OrganizationDocument = {
    ...emptyDocument,
    projects: source.projects.map((project) => ({
      ...named(names, project),
      id: projectId(project),
    })),
    users: users.map(toUser),
    applications: applications.map((each) => ({
      ...named(names, each),
      externalId: '',
      tags: texts(each.tags),
      attributes: {},
    })),
    groups: groups.map((group) => toGroup(names, group)),
    policies: policies.map((each) => toPolicy(names, each)),
  }
  return { document, left: leftOut(source, names) }
}

function isOwn(thing: Sent): boolean {
  return thing.managed !== true
}

/** The default project has the organization's id, there as here: it is another one. */
function projectId(project: Sent): string {
  return project.id === project.organization_id ? '' : text(project.id)
}

function nameImplicit(names: Map<string, string>, group: Sent): void {
  if (group.all_users === true) names.set(text(group.id), implicitGroupNames['all-users'])
  if (group.all_applications === true) {
    names.set(text(group.id), implicitGroupNames['all-applications'])
  }
}

const nameMax = 64

/** Names need not be unique there; here they must, since documents refer by them. */
function nameAll(names: Map<string, string>, things: readonly Sent[]): void {
  const taken = new Set<string>()
  for (const thing of things) {
    const base = text(thing.name)
    let name = base
    for (let count = 2; taken.has(name); count++) {
      const suffix = ` (${count})`
      name = base.slice(0, nameMax - suffix.length) + suffix
    }
    taken.add(name)
    names.set(text(thing.id), name)
  }
}

function named(names: ReadonlyMap<string, string>, thing: Sent) {
  const id = text(thing.id)
  return { id, name: names.get(id) ?? '', description: text(thing.description) }
}

const userTypes: readonly UserType[] = ['member', 'guest']

function toUser(user: Sent): UserEntry {
  const email = text(user.email).toLowerCase()
  const username = text(user.username)
  const profile = ['first_name', 'last_name', 'phone_number', 'locale']
    .map((name) => [name, text(user[name])] as const)
    .filter(([, value]) => value !== '')
  return {
    id: text(user.id),
    email,
    type: userTypes.find((type) => type === user.type) ?? 'member',
    displayName: `${text(user.first_name)} ${text(user.last_name)}`.trim(),
    externalId: username.toLowerCase() === email ? '' : username,
    tags: texts(user.tags),
    attributes: Object.fromEntries(profile),
    locked: user.locked === true,
  }
}

function toGroup(names: ReadonlyMap<string, string>, group: Sent): GroupEntry {
  return {
    ...named(names, group),
    tags: texts(group.tags),
    users: known(names, group.user_ids),
    applications: known(names, group.application_ids),
  }
}

function known(names: ReadonlyMap<string, string>, ids: unknown): string[] {
  return texts(ids).flatMap((id) => names.get(id) ?? [])
}

const holders = ['user', 'group', 'application'] as const

function toPolicy(
  names: ReadonlyMap<string, string>,
  { policy, rules }: ScalewayOrganization['policies'][number],
): PolicyEntry {
  const type = holders.find((holder) => names.has(text(policy[`${holder}_id`])))
  const name = type && names.get(text(policy[`${type}_id`]))
  return {
    ...named(names, policy),
    tags: texts(policy.tags),
    ...(type && name !== undefined && { principal: { type, name } }),
    rules: rules.filter((rule) => !rule.account_root_user_id).map((rule) => toRule(names, rule)),
  }
}

/** Whether there it is somebody's who does not come along. */
function isDetached(names: ReadonlyMap<string, string>, policy: Sent): boolean {
  const ids = holders.map((holder) => text(policy[`${holder}_id`])).filter((id) => id !== '')
  return ids.length > 0 && !ids.some((id) => names.has(id))
}

function toRule(names: ReadonlyMap<string, string>, rule: Sent): RuleEntry {
  return {
    effect: rule.effect === 'deny' ? 'deny' : 'allow',
    permissionSets: texts(rule.permission_set_names),
    organization: text(rule.organization_id) !== '',
    projects: known(names, rule.project_ids),
    resources: texts(rule.resources),
    condition: text(rule.condition),
  }
}

function leftOut(source: ScalewayOrganization, names: ReadonlyMap<string, string>): string[] {
  const owners = source.users.filter(({ type }) => type === 'owner')
  const policies = source.policies.map(({ policy }) => policy)
  const managed = [...source.applications, ...source.groups, ...policies].filter(
    (thing) => !isOwn(thing) && !names.has(text(thing.id)),
  )
  return [
    ...owners.map((owner) => `the owner ${text(owner.email)}: this organization has its own`),
    ...managed.map((thing) => `${text(thing.name)}: a product manages it`),
    ...policies
      .filter((policy) => isOwn(policy) && isDetached(names, policy))
      .map(
        ({ name }) => `the holder of the policy ${text(name)}: it comes without one, and is inert`,
      ),
    'API keys: nobody can read their secrets; make new ones',
  ]
}

function text(raw: unknown): string {
  return typeof raw === 'string' ? raw : ''
}

function texts(raw: unknown): string[] {
  return Array.isArray(raw) ? raw.filter((each) => typeof each === 'string') : []
}
