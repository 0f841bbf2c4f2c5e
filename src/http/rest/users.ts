import type { UserId } from '../../domain/ids.js'
import type { UserType } from '../../domain/user.js'
import { searchUsers } from '../../service/search.js'
import { deleteUser, getUser, lockUser, unlockUser } from '../../service/users.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'
import { toUser } from './user.js'
import { createUserRoute, updateUsernameRoute, updateUserRoute } from './user-writes.js'

const path = `${iam}/users`

export function userRoutes(calls: Calls): Route[] {
  return [
    listRoute(calls),
    createUserRoute(calls),
    getRoute(calls),
    updateUserRoute(calls),
    updateUsernameRoute(calls),
    deleteRoute(calls),
    lockRoute(calls),
    unlockRoute(calls),
  ]
}

const types: readonly UserType[] = ['owner', 'member', 'guest']

function listRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path,
    id: 'ListUsers',
    summary: 'List users',
    query: [...lists, 'user_ids', 'mfa', 'tag', 'type'],
    answer: 'ListUsersResponse',
    respond: read({
      parse: (input) => ({ ...organizationOf(input), ...toSearch(input) }),
      work: searchUsers,
      present: ({ items, total }) => ({ users: items.map(toUser), total_count: total }),
    }),
  }
}

function toSearch(input: Input) {
  const ids = input.ids<UserId>('user_ids')
  const tag = input.text('tag')
  const type = input.choice('type', types, 'unknown_type')
  // Nobody logs in here, so that nobody has a second factor.
  const hasNone = input.flag('mfa') === true
  return {
    search: {
      ...(hasNone ? { ids: [] } : ids && { ids }),
      ...(tag !== undefined && { tag }),
      ...(type && { type }),
    },
    slice: input.slice({
      created_at: 'created_at',
      updated_at: 'updated_at',
      email: 'email',
      // Nobody has logged in yet: what is left of the order is that of creation.
      last_login: 'created_at',
      username: 'username',
    }),
  }
}

function getRoute({ read }: Calls): Route {
  return {
    method: 'GET',
    path: `${path}/{user_id}`,
    id: 'GetUser',
    summary: 'Get a user',
    answer: 'User',
    respond: read({ parse: userId, work: getUser, present: toUser }),
  }
}

function deleteRoute({ write }: Calls): Route {
  return {
    method: 'DELETE',
    path: `${path}/{user_id}`,
    id: 'DeleteUser',
    summary: 'Delete a user and its keys',
    respond: write({
      parse: (input) => ({ userId: userId(input), etag: '' }),
      work: deleteUser,
    }),
  }
}

function lockRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path: `${path}/{user_id}/lock`,
    id: 'LockUser',
    summary: "Stop a user's keys from being allowed anything",
    answer: 'User',
    respond: write({ parse: userId, work: lockUser, present: toUser }),
  }
}

function unlockRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path: `${path}/{user_id}/unlock`,
    id: 'UnlockUser',
    summary: "Let a user's keys decide again",
    answer: 'User',
    respond: write({ parse: userId, work: unlockUser, present: toUser }),
  }
}

function userId(input: Input): string {
  return input.path('user_id')
}
