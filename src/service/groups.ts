import { failedPrecondition } from '../domain/errors.js'
import type { Group } from '../domain/group.js'
import { type GroupId, parseId, parseOptionalId } from '../domain/ids.js'
import { parseDescription, parseName, parseTags } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { detachPolicies } from './departure.js'
import { checkEtag } from './etag.js'
import { gained, reachesOf, requireGrants } from './grants.js'
import { protectIamPath } from './iam-path.js'
import { parseMask } from './mask.js'
import { parseMembers, requireExistingMembers } from './membership.js'
import { byCreation, type Page, type PageInput, readPage, textFilter } from './page.js'
import { requirePermission } from './require.js'

export interface NewGroup {
  readonly organizationId: string
  readonly groupId: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly userIds: readonly string[]
  readonly applicationIds: readonly string[]
}

export async function createGroup(act: WriteAct, input: NewGroup): Promise<Group> {
  requirePermission(act, 'iam:group:create')
  const organizationId = ownOrganization(act, input.organizationId)
  const { id, members, ...fields } = parsed((v) => ({
    id: parseOptionalId<GroupId>(v, 'group_id', input.groupId),
    name: parseName(v, 'name', input.name),
    description: parseDescription(v, 'description', input.description),
    tags: parseTags(v, 'tags', input.tags),
    members: parseMembers(v, input),
  }))
  await requireExistingMembers(act, members)
  const group: Group = {
    ...fields,
    ...members,
    id: id ?? (act.tools.newId() as GroupId),
    organizationId,
    kind: 'regular',
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
  await act.tx.groups.insert(group)
  await act.tx.groups.setMembers(group, members)
  record(act, {
    action: 'iam:group:create',
    resourceType: 'group',
    resourceId: group.id,
    entities: [
      { kind: 'bindings', id: group.id },
      ...[...members.userIds, ...members.applicationIds].map((member) => ({
        kind: 'principal' as const,
        id: member,
      })),
    ],
    after: group,
  })
  return group
}

export async function getGroup(act: ReadAct, groupId: string): Promise<Group> {
  requirePermission(act, 'iam:group:read')
  return findOwnGroup(act, 'group_id', groupId)
}

export interface GroupQuery extends PageInput {
  readonly organizationId: string
  readonly name: string
  readonly userId: string
  readonly applicationId: string
}

export async function listGroups(act: ReadAct, input: GroupQuery): Promise<Page<Group>> {
  requirePermission(act, 'iam:group:list')
  const organizationId = ownOrganization(act, input.organizationId)
  const { userId, applicationId } = parsed((v) => ({
    userId: parseOptionalId<Group['userIds'][number]>(v, 'user_id', input.userId),
    applicationId: parseOptionalId<Group['applicationIds'][number]>(
      v,
      'application_id',
      input.applicationId,
    ),
  }))
  const filter = {
    ...textFilter('name', 'name', input.name),
    ...(userId && { userId }),
    ...(applicationId && { applicationId }),
  }
  return readPage(input, ['groups', organizationId, filter], {
    read: (page) => act.tx.groups.list(organizationId, filter, page),
    position: byCreation,
  })
}

export interface GroupUpdate {
  readonly id: string
  readonly etag: string
  readonly name: string
  readonly description: string
  readonly tags: readonly string[]
  readonly mask: readonly string[]
}

export async function updateGroup(act: WriteAct, input: GroupUpdate): Promise<Group> {
  requirePermission(act, 'iam:group:write')
  const mask = parseMask(input.mask, {
    mutable: ['name', 'description', 'tags'],
    immutable: ['id', 'organization_id', 'kind', 'create_time'],
  })
  const before = await findOwnGroup(act, 'group.id', input.id)
  requireRegular(before)
  checkEtag('group', before, input.etag)
  const after: Group = {
    ...before,
    ...parsed((v) => ({
      name: mask.has('name') ? parseName(v, 'group.name', input.name) : before.name,
      description: mask.has('description')
        ? parseDescription(v, 'group.description', input.description)
        : before.description,
      tags: mask.has('tags') ? parseTags(v, 'group.tags', input.tags) : before.tags,
    })),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  await act.tx.groups.update(after)
  record(act, {
    action: 'iam:group:write',
    resourceType: 'group',
    resourceId: after.id,
    entities: [],
    before,
    after,
  })
  return after
}

/** The group's deny rules go with it, so the caller must hold what they forbade. */
export async function deleteGroup(
  act: WriteAct,
  input: { readonly groupId: string; readonly etag: string },
): Promise<void> {
  requirePermission(act, 'iam:group:delete')
  const group = await findOwnGroup(act, 'group_id', input.groupId)
  requireRegular(group)
  checkEtag('group', group, input.etag)
  const policies = await act.tx.decisions.policiesOf([group.id])
  const members = [...group.userIds, ...group.applicationIds]
  if (members.length > 0) {
    requireGrants(act, gained({ before: reachesOf(policies), after: [] }))
  }
  await detachPolicies(act, { type: 'group', id: group.id })
  await act.tx.groups.delete(group.id)
  record(act, {
    action: 'iam:group:delete',
    resourceType: 'group',
    resourceId: group.id,
    entities: [
      { kind: 'bindings', id: group.id },
      ...members.map((id) => ({ kind: 'principal' as const, id })),
    ],
    before: group,
  })
  await protectIamPath(act)
}

/** The implicit groups are what they are. */
export function requireRegular(group: Group): void {
  if (group.kind === 'regular') return
  throw failedPrecondition(
    'IMPLICIT_GROUP',
    `group \`${group.name}\` is implicit and cannot change`,
  )
}

export async function findOwnGroup(act: ReadAct, field: string, text: string): Promise<Group> {
  const id = parsed((v) => parseId<GroupId>(v, field, text))
  return own(act, await act.tx.groups.find(id), { noun: 'group', id })
}
