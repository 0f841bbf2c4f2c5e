import type { ServerUnaryCall } from '@grpc/grpc-js'
import type { PrincipalStatus } from '../domain/principal.js'
import type { User, UserType } from '../domain/user.js'
import { type Enroll, type Enrolled, issueEnrollment } from '../service/enrollment.js'
import { etagOf } from '../service/etag.js'
import type { FirstKey } from '../service/first-key.js'
import {
  acceptInvitation,
  declineInvitation,
  type Invitation,
  listInvitations,
} from '../service/invitations.js'
import {
  createUser,
  deleteUser,
  getUser,
  inviteUser,
  listUsers,
  lockUser,
  unlockUser,
  updateUser,
} from '../service/users.js'
import {
  type AcceptInvitationRequest,
  type CreateUserRequest,
  type DeclineInvitationRequest,
  type DeleteUserRequest,
  type EnrollRequest,
  type EnrollResponse,
  type GetUserRequest,
  type InviteUserRequest,
  type IssueEnrollmentRequest,
  type ListInvitationsRequest,
  type ListUsersRequest,
  type LockUserRequest,
  type UnlockUserRequest,
  type UpdateUserRequest,
  type UserServiceServer,
  type Invitation as WireInvitation,
  UserStatus as WireStatus,
  UserType as WireType,
  type User as WireUser,
} from './gen/postern/v1/user.js'
import type { Methods } from './method.js'
import { pendingRevision } from './pending-revision.js'
import { originOf } from './session.js'
import { fromEnum, toTime } from './values.js'

export function userHandlers(methods: Methods, enroll: Enroll): UserServiceServer {
  return {
    ...personHandlers(methods),
    ...invitationHandlers(methods),
    ...enrollmentHandlers(methods, enroll),
  }
}

function enrollmentHandlers({ plain, write, commit }: Methods, enroll: Enroll) {
  return {
    issueEnrollment: write(
      (act, request: IssueEnrollmentRequest) => issueEnrollment(act, request.userId),
      ({ token, expiresAtMs }, revision) => ({ token, expireTime: toTime(expiresAtMs), revision }),
    ),
    enroll: plain((call: ServerUnaryCall<EnrollRequest, EnrollResponse>) =>
      commit(call, (retry) => {
        const present = (enrolled: Enrolled) => toFirstKey(enrolled, pendingRevision)
        return enroll(originOf(call), { token: call.request.token, retry, present })
      }),
    ),
  }
}

function toFirstKey({ user, key, secret }: FirstKey & { readonly user: User }, revision: string) {
  return { user: toUser(user, revision), apiKey: secret, accessKey: key.id, revision }
}

function personHandlers({ read, write }: Methods) {
  return {
    createUser: write((act, request: CreateUserRequest) => createUser(act, request), toUser),
    getUser: read((act, request: GetUserRequest) => getUser(act, request.userId), toUser),
    listUsers: read(
      (act, request: ListUsersRequest) =>
        listUsers(act, { ...request, type: fromUserType('type', request.type) }),
      ({ items, nextPageToken }, revision) => ({
        users: items.map((user) => toUser(user, revision)),
        nextPageToken,
      }),
    ),
    updateUser: write(
      (act, { user, updateMask }: UpdateUserRequest) =>
        updateUser(act, {
          id: user?.id ?? '',
          etag: user?.etag ?? '',
          displayName: user?.displayName ?? '',
          externalId: user?.externalId ?? '',
          tags: user?.tags ?? [],
          attributes: user?.attributes,
          mask: updateMask ?? [],
        }),
      toUser,
    ),
    deleteUser: write(
      (act, request: DeleteUserRequest) => deleteUser(act, request),
      (_, revision) => ({ revision }),
    ),
    lockUser: write((act, request: LockUserRequest) => lockUser(act, request.userId), toUser),
    unlockUser: write((act, request: UnlockUserRequest) => unlockUser(act, request.userId), toUser),
  }
}

function invitationHandlers({ read, write }: Methods) {
  return {
    inviteUser: write((act, request: InviteUserRequest) => inviteUser(act, request), toUser),
    listInvitations: read(
      (act, request: ListInvitationsRequest) => listInvitations(act, request),
      ({ items, nextPageToken }) => ({ invitations: items.map(toInvitation), nextPageToken }),
    ),
    acceptInvitation: write(
      (act, request: AcceptInvitationRequest) => acceptInvitation(act, request.userId),
      toFirstKey,
    ),
    declineInvitation: write(
      (act, request: DeclineInvitationRequest) => declineInvitation(act, request.userId),
      (_, revision) => ({ revision }),
    ),
  }
}

function toInvitation({ user, organizationName }: Invitation): WireInvitation {
  return {
    userId: user.id,
    organizationId: user.organizationId,
    organizationName,
    createTime: toTime(user.createdAtMs),
  }
}

const types = {
  owner: WireType.OWNER,
  member: WireType.MEMBER,
  guest: WireType.GUEST,
} as const satisfies Record<UserType, WireType>

const statuses = {
  pending: WireStatus.PENDING,
  active: WireStatus.ACTIVE,
  locked: WireStatus.LOCKED,
} as const satisfies Record<PrincipalStatus, WireStatus>

export function toUserType(type: UserType): WireType {
  return types[type]
}

export function fromUserType(field: string, type: WireType): UserType | undefined {
  return fromEnum<UserType>(field, type, {
    [WireType.OWNER]: 'owner',
    [WireType.MEMBER]: 'member',
    [WireType.GUEST]: 'guest',
  })
}

export function toUser(user: User, revision: string): WireUser {
  return {
    id: user.id,
    organizationId: user.organizationId,
    type: types[user.type],
    status: statuses[user.status],
    email: user.email,
    displayName: user.displayName,
    externalId: user.externalId ?? '',
    tags: [...user.tags],
    attributes: user.attributes,
    accountId: user.accountId ?? '',
    createTime: toTime(user.createdAtMs),
    updateTime: toTime(user.updatedAtMs),
    etag: etagOf(user),
    revision,
  }
}
