import type { User } from '../../domain/user.js'
import { etagOf } from '../../service/etag.js'
import { toInstant } from './values.js'

/** Parts of a person that are kept among the attributes, under the names of this face. */
export const profileFields = ['first_name', 'last_name', 'phone_number', 'locale'] as const

export function toUser(user: User) {
  return {
    id: user.id,
    email: user.email,
    username: user.externalId ?? user.email,
    ...profileOf(user),
    created_at: toInstant(user.createdAtMs),
    updated_at: toInstant(user.updatedAtMs),
    organization_id: user.organizationId,
    deletable: user.type !== 'owner',
    last_login_at: null,
    type: user.type,
    two_factor_enabled: false,
    status: user.status === 'pending' ? 'invitation_pending' : 'activated',
    mfa: false,
    account_root_user_id: user.type === 'member' ? '' : (user.accountId ?? ''),
    tags: user.tags,
    locked: user.status === 'locked',
    account_id: user.accountId ?? '',
    external_id: user.externalId ?? '',
    attributes: user.attributes,
    etag: etagOf(user),
  }
}

/** A user that was made elsewhere has one name, of which the last word is the last name. */
function profileOf({ attributes, displayName }: User) {
  const text = (name: string) => {
    const value = attributes[name]
    return typeof value === 'string' ? value : ''
  }
  const isOne = text('first_name') === '' && text('last_name') === ''
  const space = displayName.lastIndexOf(' ')
  const cut = space === -1 ? displayName.length : space
  return {
    first_name: isOne ? displayName.slice(0, cut) : text('first_name'),
    last_name: isOne ? displayName.slice(cut).trim() : text('last_name'),
    phone_number: text('phone_number'),
    locale: text('locale') === '' ? 'en_US' : text('locale'),
  }
}
