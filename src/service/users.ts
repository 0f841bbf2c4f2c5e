import { parseAttributes, storedAttributeLimits } from '../domain/attributes.js'
import { failedPrecondition } from '../domain/errors.js'
import { type AccountId, parseId, parseOptionalId, type UserId } from '../domain/ids.js'
import type { PrincipalStatus } from '../domain/principal.js'
import { parseEmail, parseExternalId, parsePrintable, parseTags } from '../domain/text.js'
import type { User, UserType } from '../domain/user.js'
import { parsed } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { departing, detachPolicies } from './departure.js'
import { checkEtag } from './etag.js'
import { protectIamPath } from './iam-path.js'
import { parseMask } from './mask.js'
import { byCreation, type Page, type PageInput, readPage, textFilter } from './page.js'
import { hasPermission, requirePermission, requireWithinKey } from './require.js'
import { requireConditionalGrants, requireGrantsOfEverybody } from './standing-grants.js'

export interface UserFields {
  readonly displayName: string
  readonly externalId: string
  readonly tags: readonly string[]
  readonly attributes: unknown
}

export interface NewUser extends UserFields {
  readonly organizationId: string
  readonly userId: string
  readonly email: string
}

const displayNameMax = 200

/** Makes a member: a person who has no other home. */
export async function createUser(act: WriteAct, input: NewUser): Promise<User> {
  requirePermission(act, 'iam:user:create')
  const user = newUser(act, input, 'member')
  const known = await act.tx.accounts.findByEmail(user.email)
  if (known && (await act.tx.accounts.findHome(known.id))) {
    throw failedPrecondition(
      'ACCOUNT_HAS_HOME',
      'email: this person is owner or member of an organization already: invite them as a guest',
    )
  }
  const account = known ?? { id: act.tools.newId() as AccountId, email: user.email }
  if (!known) await act.tx.accounts.insert({ ...account, createdAtMs: act.nowMs })
  const member: User = { ...user, accountId: account.id }
  await act.tx.users.insert(member)
  recordUser(act, 'iam:user:create', { after: member })
  return member
}

/** Makes a guest, pending until the person accepts. Says nothing of whether the person exists. */
export async function inviteUser(act: WriteAct, input: NewUser): Promise<User> {
  requirePermission(act, 'iam:user:invite')
  const guest = newUser(act, input, 'guest')
  await requireGrantsOfEverybody(act, 'all_users')
  await act.tx.users.insert(guest)
  recordUser(act, 'iam:user:invite', { after: guest })
  return guest
}

function newUser(act: WriteAct, input: NewUser, type: UserType): User {
  const organizationId = ownOrganization(act, input.organizationId)
  const { externalId, ...fields } = parsed((v) => ({
    id: parseOptionalId<UserId>(v, 'user_id', input.userId),
    email: parseEmail(v, 'email', input.email),
    displayName: parsePrintable(v, 'display_name', {
      text: input.displayName,
      max: displayNameMax,
    }),
    externalId: parseExternalId(v, 'external_id', input.externalId),
    tags: parseTags(v, 'tags', input.tags),
    attributes: parseAttributes(v, 'attributes', {
      value: input.attributes,
      limits: storedAttributeLimits,
    }),
  }))
  return {
    ...fields,
    ...(externalId !== undefined && { externalId }),
    id: fields.id ?? (act.tools.newId() as UserId),
    organizationId,
    type,
    status: type === 'guest' ? 'pending' : 'active',
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
}

/** The empty id names the caller itself; everybody may read itself. */
export async function getUser(act: ReadAct, userId: string): Promise<User> {
  const { ref } = act.caller.standing.principal
  const id = userId === '' && ref.type === 'user' ? ref.id : userId
  if (id === ref.id) requireWithinKey(act, 'iam:user:read')
  else requirePermission(act, 'iam:user:read')
  return findOwnUser(act, 'user_id', id)
}

export interface UserQuery extends PageInput {
  readonly organizationId: string
  readonly email: string
  readonly externalId: string
  readonly type: UserType | undefined
}

/** A user without the permission sees itself alone. */
export async function listUsers(act: ReadAct, input: UserQuery): Promise<Page<User>> {
  const { ref } = act.caller.standing.principal
  const isSelfOnly = ref.type === 'user' && !hasPermission(act, 'iam:user:list')
  if (isSelfOnly) requireWithinKey(act, 'iam:user:list')
  else requirePermission(act, 'iam:user:list')
  const organizationId = ownOrganization(act, input.organizationId)
  const filter = {
    ...(isSelfOnly && { ids: [ref.id] }),
    ...textFilter('email', 'email', input.email.toLowerCase()),
    ...textFilter('externalId', 'external_id', input.externalId),
    ...(input.type !== undefined && { type: input.type }),
  }
  return readPage(input, ['users', organizationId, filter], {
    read: (page) => act.tx.users.list(organizationId, filter, page),
    position: byCreation,
  })
}

export interface UserUpdate extends UserFields {
  readonly id: string
  readonly etag: string
  readonly mask: readonly string[]
}

export async function updateUser(act: WriteAct, input: UserUpdate): Promise<User> {
  requirePermission(act, 'iam:user:write')
  const mask = parseMask(input.mask, {
    mutable: ['display_name', 'external_id', 'tags', 'attributes'],
    immutable: ['id', 'organization_id', 'type', 'status', 'email', 'account_id', 'create_time'],
  })
  const before = await findOwnUser(act, 'user.id', input.id)
  checkEtag('user', before, input.etag)
  const { externalId, ...kept } = before
  const { externalId: newExternalId, ...changed } = parsed((v) => ({
    displayName: mask.has('display_name')
      ? parsePrintable(v, 'user.display_name', { text: input.displayName, max: displayNameMax })
      : kept.displayName,
    externalId: mask.has('external_id')
      ? parseExternalId(v, 'user.external_id', input.externalId)
      : externalId,
    tags: mask.has('tags') ? parseTags(v, 'user.tags', input.tags) : kept.tags,
    attributes: mask.has('attributes')
      ? parseAttributes(v, 'user.attributes', {
          value: input.attributes,
          limits: storedAttributeLimits,
        })
      : kept.attributes,
  }))
  const after: User = {
    ...kept,
    ...changed,
    ...(newExternalId !== undefined && { externalId: newExternalId }),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  const isSeenByConditions = mask.has('tags') || mask.has('attributes')
  if (isSeenByConditions) await requireConditionalGrants(act, { type: 'user', id: before.id })
  await act.tx.users.update(after)
  recordUser(act, 'iam:user:write', { before, after })
  if (isSeenByConditions) await protectIamPath(act)
  return after
}

/** A guest may always leave; the owner always stays. */
export async function deleteUser(
  act: WriteAct,
  input: { readonly userId: string; readonly etag: string },
): Promise<void> {
  const user = await findForDeletion(act, input.userId)
  checkEtag('user', user, input.etag)
  if (user.type === 'owner') {
    throw failedPrecondition('OWNER_PROTECTED', 'the owner of an organization cannot be deleted')
  }
  const principal = { type: 'user', id: user.id } as const
  const entities = await departing(act, principal)
  await detachPolicies(act, principal)
  await act.tx.users.delete(user.id)
  record(act, {
    action: 'iam:user:delete',
    resourceType: 'user',
    resourceId: user.id,
    entities,
    before: user,
  })
  await protectIamPath(act)
}

async function findForDeletion(act: WriteAct, userId: string): Promise<User> {
  const { ref } = act.caller.standing.principal
  const self = userId === ref.id ? await findOwnUser(act, 'user_id', userId) : undefined
  if (self?.type === 'guest') {
    requireWithinKey(act, 'iam:user:delete')
    return self
  }
  requirePermission(act, 'iam:user:delete')
  return self ?? findOwnUser(act, 'user_id', userId)
}

export function lockUser(act: WriteAct, userId: string): Promise<User> {
  return setLocked(act, userId, 'locked')
}

export function unlockUser(act: WriteAct, userId: string): Promise<User> {
  return setLocked(act, userId, 'active')
}

async function setLocked(
  act: WriteAct,
  userId: string,
  status: Exclude<PrincipalStatus, 'pending'>,
): Promise<User> {
  requirePermission(act, 'iam:user:lock')
  const before = await findOwnUser(act, 'user_id', userId)
  if (before.type === 'owner') {
    throw failedPrecondition('OWNER_PROTECTED', 'the owner of an organization cannot be locked')
  }
  if (before.status === 'pending') {
    throw failedPrecondition('INVITATION_PENDING', 'a pending invitation is deleted, not locked')
  }
  if (before.status === status) return before
  const after: User = { ...before, status, updatedAtMs: act.nowMs, version: before.version + 1 }
  await act.tx.users.update(after)
  recordUser(act, 'iam:user:lock', { before, after })
  if (status === 'locked') await protectIamPath(act)
  return after
}

export async function findOwnUser(act: ReadAct, field: string, text: string): Promise<User> {
  const id = parsed((v) => parseId<UserId>(v, field, text))
  return own(act, await act.tx.users.find(id), { noun: 'user', id })
}

function recordUser(
  act: WriteAct,
  action: string,
  change: { readonly before?: User; readonly after: User },
): void {
  record(act, {
    action,
    resourceType: 'user',
    resourceId: change.after.id,
    entities: [{ kind: 'principal', id: change.after.id }],
    ...change,
  })
}
