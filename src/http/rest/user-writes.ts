import type { RecordReader } from '../../domain/record-reader.js'
import { parsePrintable } from '../../domain/text.js'
import type { User } from '../../domain/user.js'
import type { Validation } from '../../domain/validation.js'
import type { WriteAct } from '../../service/act.js'
import { createUser, findOwnUser, getUser, inviteUser, updateUser } from '../../service/users.js'
import type { Calls } from './calls.js'
import type { Input } from './input.js'
import { changedFields } from './mask.js'
import { iam, type Route } from './route.js'
import { profileFields, toUser } from './user.js'

const path = `${iam}/users`
const profileMax = 64
const usernamePattern = /^[a-zA-Z0-9@._-]{2,64}$/

export function createUserRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path,
    id: 'CreateUser',
    summary: 'Create a member, or invite a guest by e-mail address',
    body: ['organization_id*', 'tags', 'email', 'member'],
    answer: 'User',
    respond: write({ parse: toNewUser, work: createOrInvite, present: toUser }),
  }
}

function toNewUser({ body, v }: Input) {
  const member = body.has('member') ? new MemberReader(v, body.raw('member')) : undefined
  const email = body.text('email')
  if (member !== undefined && email !== '') {
    v.fail('type', 'CONSTRAINT', 'must be only one of email and member')
  } else if (member === undefined && email === '') {
    v.fail('type', 'REQUIRED', 'must be one of email and member')
  }
  const nothing = { externalId: '', displayName: '', attributes: undefined }
  return {
    isMember: member !== undefined,
    organizationId: body.text('organization_id'),
    userId: '',
    tags: body.texts('tags'),
    ...(member?.fields ?? { ...nothing, email }),
  }
}

function createOrInvite(
  act: WriteAct,
  { isMember, ...input }: ReturnType<typeof toNewUser>,
): Promise<User> {
  return isMember ? createUser(act, input) : inviteUser(act, input)
}

/** Passwords and what is said about mails are read over: nobody logs in here. */
class MemberReader {
  readonly fields

  constructor(v: Validation, raw: unknown) {
    const record = Object.entries(typeof raw === 'object' && raw !== null ? raw : {})
    const text = (name: string) => {
      const value: unknown = record.find(([key]) => key === name)?.[1] ?? ''
      if (typeof value !== 'string') v.fail(`member.${name}`, 'FORMAT', 'must be text')
      return typeof value === 'string' ? value : ''
    }
    const profile = profileOf(v, 'member.', text)
    const email = text('email')
    this.fields = {
      email,
      externalId: parseUsername(v, 'member.username', { text: text('username'), email }),
      displayName: displayNameOf(profile),
      attributes: profile,
    }
  }
}

/** Who goes by the address needs no other name. */
function parseUsername(
  v: Validation,
  field: string,
  { text, email }: { readonly text: string; readonly email: string },
): string {
  if (text === '' || text.toLowerCase() === email.toLowerCase()) return ''
  if (!usernamePattern.test(text)) {
    v.fail(field, 'FORMAT', 'must be 2 to 64 letters, digits and @ . _ -')
  }
  return text
}

function profileOf(
  v: Validation,
  prefix: string,
  text: (name: string) => string,
): Record<string, string> {
  const entries = profileFields.map((name) => {
    const value = parsePrintable(v, `${prefix}${name}`, { text: text(name), max: profileMax })
    return [name, value] as const
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

function displayNameOf({ first_name = '', last_name = '' }: Readonly<Record<string, unknown>>) {
  return `${String(first_name)} ${String(last_name)}`.trim()
}

export function updateUserRoute({ write }: Calls): Route {
  return {
    method: 'PATCH',
    path: `${path}/{user_id}`,
    id: 'UpdateUser',
    summary: 'Change what is given of a user',
    body: ['tags', 'email', ...profileFields],
    answer: 'User',
    respond: write({ parse: toUserUpdate, work: changeUser, present: toUser }),
  }
}

function toUserUpdate(input: Input) {
  const { v, body } = input
  return {
    id: input.path('user_id'),
    tags: body.texts('tags'),
    email: body.text('email').toLowerCase(),
    given: changedFields(input, profileFields),
    profile: profileOf(v, '', (name) => body.text(name)),
    hasTags: body.has('tags'),
  }
}

async function changeUser(
  act: WriteAct,
  { id, tags, email, given, profile, hasTags }: ReturnType<typeof toUserUpdate>,
): Promise<User> {
  const before = await getUser(act, id)
  const kept = Object.entries(before.attributes).filter(([name]) => !given.includes(name))
  const attributes = { ...Object.fromEntries(kept), ...profile }
  const mask = [
    ...(hasTags ? ['tags'] : []),
    ...(given.length > 0 ? ['attributes'] : []),
    ...(given.some((name) => name.endsWith('_name')) ? ['display_name'] : []),
    ...(email !== '' && email !== before.email ? ['email'] : []),
  ]
  if (mask.length === 0) return before
  const displayName = displayNameOf(attributes)
  return updateUser(act, { id, etag: '', tags, attributes, displayName, externalId: '', mask })
}

export function updateUsernameRoute({ write }: Calls): Route {
  return {
    method: 'POST',
    path: `${path}/{user_id}/update-username`,
    id: 'UpdateUserUsername',
    summary: 'Rename a user',
    body: ['username*'],
    answer: 'User',
    respond: write({
      parse: (input) => ({ id: input.path('user_id'), username: usernameOf(input.body) }),
      work: rename,
      present: toUser,
    }),
  }
}

function usernameOf(body: RecordReader): string {
  return parseUsername(body.v, 'username', { text: body.requiredText('username'), email: '' })
}

async function rename(
  act: WriteAct,
  { id, username }: { readonly id: string; readonly username: string },
): Promise<User> {
  const { email } = await findOwnUser(act, 'user_id', id)
  const externalId = username.toLowerCase() === email ? '' : username
  const rest = { etag: '', tags: [], attributes: undefined, displayName: '' }
  return updateUser(act, { id, ...rest, externalId, mask: ['external_id'] })
}
