import type { Group } from '../../domain/group.js'
import type { ApplicationId, GroupId, UserId } from '../../domain/ids.js'
import { etagOf } from '../../service/etag.js'
import { createGroup, deleteGroup, getGroup, updateGroup } from '../../service/groups.js'
import { searchGroups } from '../../service/search.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { changedFields } from './mask.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'
import { toInstant } from './values.js'

const path = `${iam}/groups`

export function groupRoutes(calls: Calls): Route[] {
  return [
    listRoute(calls),
    createRoute(calls),
    getRoute(calls),
    updateRoute(calls),
    deleteRoute(calls),
  ]
}

function listRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'ListGroups',
    summary: 'List groups',
    query: [...lists, 'name', 'application_ids', 'user_ids', 'group_ids', 'tag'],
    answer: 'ListGroupsResponse',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), ...toSearch(input) }),
      work: searchGroups,
      present: ({ items, total }) => ({ groups: items.map(toGroup), total_count: total }),
    }),
  }
}

function toSearch(input: Input) {
  const ids = input.ids<GroupId>('group_ids')
  const userIds = input.ids<UserId>('user_ids')
  const applicationIds = input.ids<ApplicationId>('application_ids')
  const name = input.text('name')
  const tag = input.text('tag')
  return {
    search: {
      ...(ids && { ids }),
      ...(userIds && { userIds }),
      ...(applicationIds && { applicationIds }),
      ...(name !== undefined && { name }),
      ...(tag !== undefined && { tag }),
    },
    slice: input.slice({ created_at: 'created_at', updated_at: 'updated_at', name: 'name' }),
  }
}

function createRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path,
    id: 'CreateGroup',
    summary: 'Create a group without members',
    body: ['organization_id*', 'name*', 'description', 'tags'],
    answer: 'Group',
    respond: write({
      parse: ({ body }) => ({
        organizationId: body.text('organization_id'),
        groupId: '',
        name: body.text('name'),
        description: body.text('description'),
        tags: body.texts('tags'),
        userIds: [],
        applicationIds: [],
      }),
      work: createGroup,
      present: toGroup,
    }),
  }
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/{group_id}`,
    id: 'GetGroup',
    summary: 'Get a group with its members',
    answer: 'Group',
    respond: read({
      parse: (input) => input.path('group_id'),
      work: getGroup,
      present: toGroup,
    }),
  }
}

function updateRoute({ write }: Calls): Route {
  return {
    method: 'PATCH',
    path: `${path}/{group_id}`,
    id: 'UpdateGroup',
    summary: 'Change what is given of a group',
    body: ['name', 'description', 'tags'],
    answer: 'Group',
    respond: write({
      parse: (input) => ({
        id: input.path('group_id'),
        etag: input.body.text('etag'),
        name: input.body.text('name'),
        description: input.body.text('description'),
        tags: input.body.texts('tags'),
        mask: changedFields(input, ['name', 'description', 'tags']),
      }),
      work: (act, input) =>
        input.mask.length === 0 ? getGroup(act, input.id) : updateGroup(act, input),
      present: toGroup,
    }),
  }
}

function deleteRoute({ write }: Calls): Route {
  return {
    method: 'DELETE',
    path: `${path}/{group_id}`,
    id: 'DeleteGroup',
    summary: 'Delete a group; its policies are left attached to nobody',
    respond: write({
      parse: (input) => ({ groupId: input.path('group_id'), etag: '' }),
      work: deleteGroup,
    }),
  }
}

export function toGroup(group: Group) {
  const isRegular = group.kind === 'regular'
  return {
    id: group.id,
    created_at: toInstant(group.createdAtMs),
    updated_at: toInstant(group.updatedAtMs),
    organization_id: group.organizationId,
    name: group.name,
    description: group.description,
    user_ids: group.userIds,
    application_ids: group.applicationIds,
    tags: group.tags,
    editable: isRegular,
    deletable: isRegular,
    managed: !isRegular,
    all_users: group.kind === 'all-users',
    all_applications: group.kind === 'all-applications',
    etag: etagOf(group),
  }
}
