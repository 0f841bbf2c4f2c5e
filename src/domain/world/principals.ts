import type { ApplicationEntry, GroupEntry, UserEntry } from '../document.js'
import { implicitGroupNames } from '../group.js'
import type { ApplicationId, GroupId, OrganizationId, UserId } from '../ids.js'
import type { Principal, PrincipalStatus } from '../principal.js'
import type { Validation } from '../validation.js'
import { findAllNamed, type Names } from './names.js'
import type { OrganizationPlan } from './plan.js'

export interface PrincipalScene {
  readonly plan: OrganizationPlan
  readonly names: Names
  readonly organizationId: OrganizationId
}

/** The users and applications of one organization with all their groups. */
export function createPrincipals(
  v: Validation,
  field: string,
  scene: PrincipalScene,
): readonly Principal[] {
  const { users, applications } = scene.plan.document
  checkUsers(v, field, scene)
  const memberships = createMemberships(v, field, scene)
  return [
    ...users.flatMap((user) => toUser(user, scene, memberships)),
    ...applications.flatMap((application) => toApplication(application, scene, memberships)),
  ]
}

function checkUsers(v: Validation, field: string, { plan, names }: PrincipalScene): void {
  const { document } = plan
  const pending = plan.pending.map((email) => email.toLowerCase())
  findAllNamed(v, `${field}.pending`, { ids: names.users, names: pending })
  const owners = document.users.filter((user) => user.type === 'owner')
  if (owners.length > 1) v.fail(`${field}.users`, 'CONSTRAINT', 'must hold at most one owner')
  document.users.forEach((user, index) => {
    const path = `${field}.users[${index}]`
    if (user.type === 'owner' && user.locked) {
      v.fail(`${path}.locked`, 'CONSTRAINT', 'owners cannot be locked')
    }
    if (user.type !== 'guest' && pending.includes(user.email.toLowerCase())) {
      v.fail(`${path}.type`, 'CONSTRAINT', 'only guests can be pending')
    }
  })
}

function toUser(
  user: UserEntry,
  { plan, names, organizationId }: PrincipalScene,
  memberships: Memberships,
): Principal[] {
  const email = user.email.toLowerCase()
  const id = names.users.get(email)
  if (!id) return []
  const pending = plan.pending.some((other) => other.toLowerCase() === email)
  return [
    {
      ref: { type: 'user', id },
      organizationId,
      owner: user.type === 'owner',
      status: statusOf(user, pending),
      groupIds: memberships.ofUser(id),
      attributes: user.attributes,
      tags: user.tags,
    },
  ]
}

function statusOf({ locked }: UserEntry, pending: boolean): PrincipalStatus {
  if (locked) return 'locked'
  return pending ? 'pending' : 'active'
}

function toApplication(
  application: ApplicationEntry,
  { names, organizationId }: PrincipalScene,
  memberships: Memberships,
): Principal[] {
  const id = names.applications.get(application.name)
  if (!id) return []
  return [
    {
      ref: { type: 'application', id },
      organizationId,
      owner: false,
      status: 'active',
      groupIds: memberships.ofApplication(id),
      attributes: application.attributes,
      tags: application.tags,
    },
  ]
}

interface Memberships {
  ofUser(id: UserId): readonly GroupId[]
  ofApplication(id: ApplicationId): readonly GroupId[]
}

function createMemberships(
  v: Validation,
  field: string,
  { plan, names }: PrincipalScene,
): Memberships {
  const groups = new Map<string, GroupId[]>()
  plan.document.groups.forEach((group, index) => {
    const id = names.groups.get(group.name)
    for (const member of membersOf(v, `${field}.groups[${index}]`, { group, names })) {
      if (id) groups.set(member, [...(groups.get(member) ?? []), id])
    }
  })
  const groupsOf = (id: string, implicit: string) =>
    [names.groups.get(implicit), ...(groups.get(id) ?? [])].filter((group) => group !== undefined)
  return {
    ofUser: (id) => groupsOf(id, implicitGroupNames['all-users']),
    ofApplication: (id) => groupsOf(id, implicitGroupNames['all-applications']),
  }
}

function membersOf(
  v: Validation,
  field: string,
  { group, names }: { readonly group: GroupEntry; readonly names: Names },
): readonly string[] {
  const implicit: readonly string[] = Object.values(implicitGroupNames)
  if (implicit.includes(group.name)) {
    v.fail(`${field}.name`, 'CONSTRAINT', 'must not be that of an implicit group')
  }
  const emails = group.users.map((email) => email.toLowerCase())
  return [
    ...findAllNamed(v, `${field}.users`, { ids: names.users, names: emails }),
    ...findAllNamed(v, `${field}.applications`, {
      ids: names.applications,
      names: group.applications,
    }),
  ]
}
