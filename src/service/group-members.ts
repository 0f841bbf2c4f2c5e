import { notFound } from '../domain/errors.js'
import type { Group, GroupMembers } from '../domain/group.js'
import { parsed } from '../domain/validation.js'
import { record, type WriteAct } from './act.js'
import { checkEtag } from './etag.js'
import { gained, reachesOf, requireGrants } from './grants.js'
import { findOwnGroup, requireRegular } from './groups.js'
import { protectIamPath } from './iam-path.js'
import { type NamedMembers, parseMembers, requireExistingMembers } from './membership.js'
import { requirePermission } from './require.js'

export interface MembersInput extends NamedMembers {
  readonly groupId: string
  readonly etag: string
}

/** Members that were there stay; adding one again changes nothing. */
export function addGroupMembers(act: WriteAct, input: MembersInput): Promise<Group> {
  return changeMembers(act, input, (group, named) => ({
    userIds: union(group.userIds, named.userIds),
    applicationIds: union(group.applicationIds, named.applicationIds),
  }))
}

export function removeGroupMembers(act: WriteAct, input: MembersInput): Promise<Group> {
  return changeMembers(act, input, (group, named) => ({
    userIds: remaining(group.userIds, named.userIds),
    applicationIds: remaining(group.applicationIds, named.applicationIds),
  }))
}

export function setGroupMembers(act: WriteAct, input: MembersInput): Promise<Group> {
  return changeMembers(act, input, (_, named) => named)
}

async function changeMembers(
  act: WriteAct,
  input: MembersInput,
  next: (group: Group, named: GroupMembers) => GroupMembers,
): Promise<Group> {
  requirePermission(act, 'iam:group:write')
  const named = parsed((v) => parseMembers(v, input))
  const before = await findOwnGroup(act, 'group_id', input.groupId)
  requireRegular(before)
  checkEtag('group', before, input.etag)
  const members = next(before, named)
  const added = difference(members, before)
  const removed = difference(before, members)
  if (added.length + removed.length === 0) return before
  await requireExistingMembers(act, without(members, before))
  await requireMembershipGrants(act, before, { added, removed })
  const after: Group = {
    ...before,
    ...members,
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  await act.tx.groups.update(after)
  await act.tx.groups.setMembers(after, members)
  record(act, {
    action: 'iam:group:write',
    resourceType: 'group',
    resourceId: after.id,
    entities: [...added, ...removed].map((id) => ({ kind: 'principal', id })),
    before,
    after,
  })
  // Joining counts too: a group's deny rules can take away the last path.
  await protectIamPath(act)
  return after
}

/** Joining gives the group's allow rules; leaving takes its deny rules away. */
async function requireMembershipGrants(
  act: WriteAct,
  group: Group,
  change: { readonly added: readonly string[]; readonly removed: readonly string[] },
): Promise<void> {
  const policies = await act.tx.decisions.policiesOf([group.id])
  const reaches = reachesOf(policies)
  if (change.added.length > 0) requireGrants(act, gained({ before: [], after: reaches }))
  if (change.removed.length > 0) requireGrants(act, gained({ before: reaches, after: [] }))
}

function union<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Set([...a, ...b])].sort()
}

function remaining<T extends string>(all: readonly T[], some: readonly T[]): T[] {
  const missing = some.find((id) => !all.includes(id))
  if (missing) throw notFound('group_member', missing)
  return all.filter((id) => !some.includes(id))
}

/** Those of `a` that `b` does not have: members that are there already need no second look. */
function without(a: GroupMembers, b: GroupMembers): GroupMembers {
  const [users, applications] = [new Set(b.userIds), new Set(b.applicationIds)]
  return {
    userIds: a.userIds.filter((id) => !users.has(id)),
    applicationIds: a.applicationIds.filter((id) => !applications.has(id)),
  }
}

function difference(a: GroupMembers, b: GroupMembers): string[] {
  const { userIds, applicationIds } = without(a, b)
  return [...userIds, ...applicationIds]
}
