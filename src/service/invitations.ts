import { failedPrecondition, notFound, permissionDenied } from '../domain/errors.js'
import { parseId, type UserId } from '../domain/ids.js'
import type { User } from '../domain/user.js'
import { parsed } from '../domain/validation.js'
import { type ReadAct, record, type WriteAct } from './act.js'
import { type FirstKey, insertFirstKey } from './first-key.js'
import { byCreation, type Page, type PageInput, readPage } from './page.js'
import { requireWholeKey } from './require.js'

/**
 * Invitations are found by the caller's e-mail address and reach over organizations: the one place
 * where a key of one organization changes another, in nothing but the caller's own guest row.
 */
export interface Invitation {
  readonly user: User
  readonly organizationName: string
}

export async function listInvitations(act: ReadAct, input: PageInput): Promise<Page<Invitation>> {
  const person = await callingPerson(act)
  const page = await readPage(input, ['invitations', person.email], {
    read: (request) => act.tx.users.listInvitations(person.email, request),
    position: byCreation,
  })
  const items = await Promise.all(
    page.items.map(async (user) => {
      const organization = await act.tx.organizations.find(user.organizationId)
      return { user, organizationName: organization?.name ?? '' }
    }),
  )
  return { items, nextPageToken: page.nextPageToken }
}

export interface Accepted extends FirstKey {
  readonly user: User
}

/** The guest needs a key of its own: a key works in its own organization only. */
export async function acceptInvitation(act: WriteAct, userId: string): Promise<Accepted> {
  const { person, guest: before } = await findInvitation(act, userId)
  const after: User = {
    ...before,
    status: 'active',
    accountId: person.accountId,
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  await act.tx.users.update(after)
  const first = await insertFirstKey(act, after)
  recordAnswer(act, 'iam:invitation:accept', { before, after, secretHash: first.secretHash })
  return { ...first, user: after }
}

export async function declineInvitation(act: WriteAct, userId: string): Promise<void> {
  const { guest: before } = await findInvitation(act, userId)
  const principal = { type: 'user', id: before.id } as const
  await act.tx.policies.detach(principal)
  await act.tx.users.delete(before.id)
  recordAnswer(act, 'iam:invitation:decline', { before })
}

async function findInvitation(act: WriteAct, userId: string) {
  const id = parsed((v) => parseId<UserId>(v, 'user_id', userId))
  const person = await callingPerson(act)
  requireWholeKey(act)
  const guest = await act.tx.users.find(id)
  if (guest?.status !== 'pending' || guest.email !== person.email) throw notFound('invitation', id)
  await act.tx.organizations.lock(guest.organizationId)
  return { person, guest }
}

async function callingPerson(act: ReadAct): Promise<User & Required<Pick<User, 'accountId'>>> {
  const { ref } = act.caller.standing.principal
  if (ref.type !== 'user') throw permissionDenied('USERS_ONLY', 'applications are not invited')
  const user = await act.tx.users.find(ref.id)
  if (!user?.accountId) {
    throw failedPrecondition('INVITATION_PENDING', 'accept your own invitation first')
  }
  return { ...user, accountId: user.accountId }
}

function recordAnswer(
  act: WriteAct,
  action: string,
  change: { readonly before: User; readonly after?: User; readonly secretHash?: string },
): void {
  const { secretHash, ...states } = change
  record(act, {
    action,
    resourceType: 'user',
    resourceId: change.before.id,
    organizationId: change.before.organizationId,
    entities: [
      { kind: 'principal', id: change.before.id },
      { kind: 'bindings', id: change.before.id },
      ...(secretHash ? [{ kind: 'credential' as const, id: secretHash }] : []),
    ],
    ...states,
  })
}
