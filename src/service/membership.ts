import type { GroupMembers } from '../domain/group.js'
import { type ApplicationId, parseIds, type UserId } from '../domain/ids.js'
import type { Validation } from '../domain/validation.js'
import { own, type ReadAct } from './act.js'

/** Members as a request names them. */
export interface NamedMembers {
  readonly userIds: readonly string[]
  readonly applicationIds: readonly string[]
}

const membersMax = 1_000

export function parseMembers(v: Validation, input: NamedMembers): GroupMembers {
  if (input.userIds.length + input.applicationIds.length > membersMax) {
    v.fail('user_ids', 'TOO_MANY', `must be at most ${membersMax} members in one call`)
  }
  return {
    userIds: parseIds<UserId>(v, 'user_ids', input.userIds).sort(),
    applicationIds: parseIds<ApplicationId>(v, 'application_ids', input.applicationIds).sort(),
  }
}

/** Throws `not-found` for one that is no user or application of the caller's organization. */
export async function requireExistingMembers(act: ReadAct, members: GroupMembers): Promise<void> {
  await Promise.all([
    ...members.userIds.map(async (id) => {
      own(act, await act.tx.users.find(id), { noun: 'user', id })
    }),
    ...members.applicationIds.map(async (id) => {
      own(act, await act.tx.applications.find(id), { noun: 'application', id })
    }),
  ])
}
