import type { ApplicationEntry, GroupEntry, UserEntry } from '../../domain/document.js'
import { failedPrecondition, notFound } from '../../domain/errors.js'
import type { User } from '../../domain/user.js'
import { createApplication, updateApplication } from '../applications.js'
import { setGroupMembers } from '../group-members.js'
import { createGroup, updateGroup } from '../groups.js'
import { createUser, inviteUser, lockUser, unlockUser, updateUser } from '../users.js'
import { canonical, type DocumentRun, differing, noteCreated, noteUpdated } from './run.js'

export async function applyUser(run: DocumentRun, entry: UserEntry): Promise<void> {
  const { act, directory } = run
  const email = entry.email.toLowerCase()
  const current = directory.users.find(email)
  if (!current) {
    const made = await makeUser(run, entry)
    directory.users.add(made)
    if (entry.locked) await lockUser(act, made.id)
    noteCreated(run, 'user', email)
    return
  }
  if (current.type !== entry.type) {
    throw failedPrecondition('TYPE_DIFFERS', `type: \`${email}\` is ${current.type} here`)
  }
  const { displayName, externalId, tags, attributes } = entry
  const fields = differing(
    { displayName, externalId, tags, attributes },
    { ...current, externalId: current.externalId ?? '' },
  )
  const mask = fields.map(snake)
  if (mask.length > 0) await updateUser(act, { ...entry, id: current.id, etag: '', mask })
  const relocked = await applyLock(run, current, entry.locked)
  const changed = relocked ? [...mask, 'locked'] : mask
  if (changed.length > 0) noteUpdated(run, 'user', { name: email, fields: changed })
}

function makeUser({ act }: DocumentRun, entry: UserEntry): Promise<User> {
  const input = { ...entry, organizationId: '', userId: entry.id }
  switch (entry.type) {
    case 'member':
      return createUser(act, input)
    case 'guest':
      return inviteUser(act, input)
    case 'owner':
      throw failedPrecondition(
        'OWNER_DIFFERS',
        'type: the owner of this organization has another e-mail address',
      )
    default:
      return entry.type satisfies never
  }
}

async function applyLock({ act }: DocumentRun, user: User, locked: boolean): Promise<boolean> {
  if ((user.status === 'locked') === locked) return false
  await (locked ? lockUser(act, user.id) : unlockUser(act, user.id))
  return true
}

export async function applyApplication(run: DocumentRun, entry: ApplicationEntry): Promise<void> {
  const { act, directory } = run
  const current = directory.applications.find(entry.name)
  if (!current) {
    const input = { ...entry, organizationId: '', applicationId: entry.id }
    directory.applications.add(await createApplication(act, input))
    noteCreated(run, 'application', entry.name)
    return
  }
  const { description, externalId, tags, attributes } = entry
  const mask = differing(
    { description, externalId, tags, attributes },
    { ...current, externalId: current.externalId ?? '' },
  ).map(snake)
  if (mask.length === 0) return
  await updateApplication(act, { ...entry, id: current.id, etag: '', mask })
  noteUpdated(run, 'application', { name: entry.name, fields: mask })
}

export async function applyGroup(run: DocumentRun, entry: GroupEntry): Promise<void> {
  const { act, directory } = run
  const { name, description, tags } = entry
  const members = {
    userIds: entry.users.map((email) => idOf(directory.users, email.toLowerCase())).sort(),
    applicationIds: entry.applications.map((app) => idOf(directory.applications, app)).sort(),
  }
  const current = directory.groups.find(name)
  if (!current) {
    const input = { organizationId: '', groupId: entry.id, name, description, tags, ...members }
    directory.groups.add(await createGroup(act, input))
    noteCreated(run, 'group', name)
    return
  }
  const mask = differing({ description, tags }, current)
  if (mask.length > 0) await updateGroup(act, { ...entry, id: current.id, etag: '', mask })
  const { userIds, applicationIds } = current
  const moved = canonical(members) !== canonical({ userIds, applicationIds })
  if (moved) await setGroupMembers(act, { groupId: current.id, etag: '', ...members })
  const fields = moved ? [...mask, 'members'] : mask
  if (fields.length > 0) noteUpdated(run, 'group', { name, fields })
}

function idOf<T extends { readonly id: string }>(
  things: { find(name: string): T | undefined },
  name: string,
): string {
  const found = things.find(name)
  if (!found) throw notFound('document entry', name)
  return found.id
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
