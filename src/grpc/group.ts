import type { Group, GroupKind } from '../domain/group.js'
import { etagOf } from '../service/etag.js'
import { addGroupMembers, removeGroupMembers, setGroupMembers } from '../service/group-members.js'
import { createGroup, deleteGroup, getGroup, listGroups, updateGroup } from '../service/groups.js'
import {
  type AddGroupMembersRequest,
  type CreateGroupRequest,
  type DeleteGroupRequest,
  type GetGroupRequest,
  type GroupServiceServer,
  type ListGroupsRequest,
  type RemoveGroupMembersRequest,
  type SetGroupMembersRequest,
  type UpdateGroupRequest,
  type Group as WireGroup,
  GroupKind as WireKind,
} from './gen/postern/v1/group.js'
import type { Methods } from './method.js'
import { toTime } from './values.js'

export function groupHandlers({ read, write }: Methods): GroupServiceServer {
  return {
    createGroup: write((act, request: CreateGroupRequest) => createGroup(act, request), toGroup),
    getGroup: read((act, request: GetGroupRequest) => getGroup(act, request.groupId), toGroup),
    listGroups: read(
      (act, request: ListGroupsRequest) => listGroups(act, request),
      ({ items, nextPageToken }, revision) => ({
        groups: items.map((group) => toGroup(group, revision)),
        nextPageToken,
      }),
    ),
    updateGroup: write(
      (act, { group, updateMask }: UpdateGroupRequest) =>
        updateGroup(act, {
          id: group?.id ?? '',
          etag: group?.etag ?? '',
          name: group?.name ?? '',
          description: group?.description ?? '',
          tags: group?.tags ?? [],
          mask: updateMask ?? [],
        }),
      toGroup,
    ),
    deleteGroup: write(
      (act, request: DeleteGroupRequest) => deleteGroup(act, request),
      (_, revision) => ({ revision }),
    ),
    addGroupMembers: write(
      (act, request: AddGroupMembersRequest) => addGroupMembers(act, request),
      toGroup,
    ),
    removeGroupMembers: write(
      (act, request: RemoveGroupMembersRequest) => removeGroupMembers(act, request),
      toGroup,
    ),
    setGroupMembers: write(
      (act, request: SetGroupMembersRequest) => setGroupMembers(act, request),
      toGroup,
    ),
  }
}

const kinds = {
  regular: WireKind.REGULAR,
  'all-users': WireKind.ALL_USERS,
  'all-applications': WireKind.ALL_APPLICATIONS,
} as const satisfies Record<GroupKind, WireKind>

function toGroup(group: Group, revision: string): WireGroup {
  return {
    id: group.id,
    organizationId: group.organizationId,
    kind: kinds[group.kind],
    name: group.name,
    description: group.description,
    tags: [...group.tags],
    userIds: [...group.userIds],
    applicationIds: [...group.applicationIds],
    createTime: toTime(group.createdAtMs),
    updateTime: toTime(group.updatedAtMs),
    etag: etagOf(group),
    revision,
  }
}
