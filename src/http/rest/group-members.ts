import type { Group } from '../../domain/group.js'
import type { WriteAct } from '../../service/act.js'
import {
  addGroupMembers,
  type MembersInput,
  removeGroupMembers,
  setGroupMembers,
} from '../../service/group-members.js'
import type { Calls } from './calls.js'
import { toGroup } from './groups.js'
import type { Input } from './input.js'
import { iam, type Route } from './route.js'

const path = `${iam}/groups/{group_id}`

interface Change {
  readonly method: 'POST' | 'PUT'
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly body: readonly string[]
  parse(input: Input): MembersInput
  work(act: WriteAct, input: MembersInput): Promise<Group>
}

const one = ['user_id', 'application_id']

const changes: readonly Change[] = [
  {
    method: 'POST',
    path: `${path}/add-member`,
    id: 'AddGroupMember',
    summary: 'Add one user or application to a group',
    body: one,
    parse: toOne,
    work: addGroupMembers,
  },
  {
    method: 'POST',
    path: `${path}/add-members`,
    id: 'AddGroupMembers',
    summary: 'Add users and applications to a group',
    body: ['user_ids', 'application_ids'],
    parse: toMany,
    work: addGroupMembers,
  },
  {
    method: 'PUT',
    path: `${path}/members`,
    id: 'SetGroupMembers',
    summary: 'Replace the members of a group',
    body: ['user_ids*', 'application_ids*'],
    parse: toMany,
    work: setGroupMembers,
  },
  {
    method: 'POST',
    path: `${path}/remove-member`,
    id: 'RemoveGroupMember',
    summary: 'Take one user or application out of a group',
    body: one,
    parse: toOne,
    work: removeGroupMembers,
  },
]

export function groupMemberRoutes({ write }: Calls): Route[] {
  return changes.map(({ parse, work, ...described }) => ({
    ...described,
    answer: 'Group',
    respond: write({ parse, work, present: toGroup }),
  }))
}

function toOne(input: Input): MembersInput {
  const [userId, applicationId] = [input.body.text('user_id'), input.body.text('application_id')]
  if ((userId === '') === (applicationId === '')) {
    const reason = userId === '' ? 'REQUIRED' : 'CONSTRAINT'
    input.v.fail('member', reason, 'must be exactly one of user_id and application_id')
  }
  return {
    groupId: input.path('group_id'),
    etag: '',
    userIds: userId === '' ? [] : [userId],
    applicationIds: applicationId === '' ? [] : [applicationId],
  }
}

function toMany(input: Input): MembersInput {
  return {
    groupId: input.path('group_id'),
    etag: input.body.text('etag'),
    userIds: input.body.texts('user_ids'),
    applicationIds: input.body.texts('application_ids'),
  }
}
