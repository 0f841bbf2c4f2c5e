import type { AccountId, OrganizationId, UserId } from '../../domain/ids.js'
import type { Account, User, UserType } from '../../domain/user.js'
import type { PageRequest } from './paging.js'

export interface AccountReader {
  findByEmail(email: string): Promise<Account | undefined>
  /** The organization of which the person is owner or member. */
  findHome(id: AccountId): Promise<User | undefined>
}

export interface AccountWriter extends AccountReader {
  insert(account: Account & { readonly createdAtMs: number }): Promise<void>
}

export interface UserFilter {
  readonly ids?: readonly UserId[]
  readonly email?: string
  readonly externalId?: string
  readonly type?: UserType
}

export interface UserReader {
  find(id: UserId): Promise<User | undefined>
  findByEmail(organizationId: OrganizationId, email: string): Promise<User | undefined>
  findOwner(organizationId: OrganizationId): Promise<User | undefined>
  list(
    organizationId: OrganizationId,
    filter: UserFilter,
    page: PageRequest,
  ): Promise<readonly User[]>
  /** Pending users with this address, in every organization. */
  listInvitations(email: string, page: PageRequest): Promise<readonly User[]>
}

export interface UserWriter extends UserReader {
  /** Throws `already-exists` when the id, the address or the external id is taken. */
  insert(user: User): Promise<void>
  update(user: User): Promise<void>
  /** Deletes its keys and memberships with it; its policies must be detached before. */
  delete(id: UserId): Promise<void>
}
