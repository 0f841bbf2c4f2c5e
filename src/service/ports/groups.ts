import type { Group, GroupMembers } from '../../domain/group.js'
import type { ApplicationId, GroupId, OrganizationId, UserId } from '../../domain/ids.js'
import type { PageRequest } from './paging.js'

export interface GroupFilter {
  readonly name?: string
  readonly userId?: UserId
  readonly applicationId?: ApplicationId
}

export interface GroupReader {
  find(id: GroupId): Promise<Group | undefined>
  list(
    organizationId: OrganizationId,
    filter: GroupFilter,
    page: PageRequest,
  ): Promise<readonly Group[]>
}

export interface GroupWriter extends GroupReader {
  /** Throws `already-exists` when the id or the name is taken. */
  insert(group: Group): Promise<void>
  /** Writes everything but the members. */
  update(group: Group): Promise<void>
  /** Replaces the members; they must be of the group's organization. */
  setMembers(group: Group, members: GroupMembers): Promise<void>
  /** Its policies must be detached before. */
  delete(id: GroupId): Promise<void>
}
