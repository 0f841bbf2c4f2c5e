import { failedPrecondition } from '../domain/errors.js'
import { type Group, type GroupKind, implicitGroupNames } from '../domain/group.js'
import type { AccountId, GroupId, OrganizationId, UserId } from '../domain/ids.js'
import type { Organization } from '../domain/organization.js'
import { defaultProjectId, defaultProjectName } from '../domain/project.js'
import type { User } from '../domain/user.js'
import { type FirstKey, insertFirstKey, type KeylessAct } from './first-key.js'

export interface Founding {
  readonly name: string
  readonly ownerEmail: string
  readonly id?: OrganizationId | undefined
  /** The server's first organization. */
  readonly root: boolean
  /** Absent: made here. */
  readonly ownerSecret?: string
}

export interface Founded {
  readonly organization: Organization
  readonly owner: User
  readonly ownerKey: FirstKey
}

/** Makes an organization with default project, implicit groups, owner and the owner's first key. */
export async function foundOrganization(act: KeylessAct, founding: Founding): Promise<Founded> {
  const { tx, tools, nowMs } = act
  const stamps = { createdAtMs: nowMs, updatedAtMs: nowMs, version: 1 }
  const organization: Organization = {
    id: founding.id ?? (tools.newId() as OrganizationId),
    name: founding.name,
    root: founding.root,
    ...stamps,
  }
  await tx.organizations.insert(organization)
  await tx.projects.insert({
    id: defaultProjectId(organization.id),
    organizationId: organization.id,
    name: defaultProjectName,
    description: '',
    ...stamps,
  })
  await insertImplicitGroup(act, organization.id, 'all-users')
  await insertImplicitGroup(act, organization.id, 'all-applications')
  const owner = await insertOwner(act, organization.id, founding.ownerEmail)
  return { organization, owner, ownerKey: await insertFirstKey(act, owner, founding.ownerSecret) }
}

async function insertImplicitGroup(
  { tx, tools, nowMs }: KeylessAct,
  organizationId: OrganizationId,
  kind: Exclude<GroupKind, 'regular'>,
): Promise<void> {
  const group: Group = {
    id: tools.newId() as GroupId,
    organizationId,
    kind,
    name: implicitGroupNames[kind],
    description: '',
    tags: [],
    userIds: [],
    applicationIds: [],
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  }
  await tx.groups.insert(group)
}

async function insertOwner(
  { tx, tools, nowMs }: KeylessAct,
  organizationId: OrganizationId,
  email: string,
): Promise<User> {
  const known = await tx.accounts.findByEmail(email)
  if (known && (await tx.accounts.findHome(known.id))) {
    throw failedPrecondition(
      'ACCOUNT_HAS_HOME',
      'owner_email: this person is owner or member of an organization already',
    )
  }
  const account = known ?? { id: tools.newId() as AccountId, email }
  if (!known) await tx.accounts.insert({ ...account, createdAtMs: nowMs })
  const owner: User = {
    id: tools.newId() as UserId,
    organizationId,
    type: 'owner',
    status: 'active',
    email,
    accountId: account.id,
    displayName: '',
    tags: [],
    attributes: {},
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    version: 1,
  }
  await tx.users.insert(owner)
  return owner
}

/** Everything about a new organization that caches could hold as absent. */
export function foundedEntities({ organization, owner, ownerKey }: Founded) {
  return [
    { kind: 'project', id: organization.id },
    { kind: 'principal', id: owner.id },
    { kind: 'credential', id: ownerKey.secretHash },
  ] as const
}
