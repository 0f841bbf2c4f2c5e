import { type ApplicationId, parseId, type UserId } from '../domain/ids.js'
import type { PrincipalRef } from '../domain/principal.js'
import type { Validation } from '../domain/validation.js'

/** Exactly one is given. */
export interface PrincipalInput {
  readonly userId: string
  readonly applicationId: string
}

/** `field` is the path of the oneof: what is wrong when none or both are given. */
export function parsePrincipalRef(
  v: Validation,
  field: string,
  { userId, applicationId }: PrincipalInput,
): PrincipalRef {
  if ((userId === '') === (applicationId === '')) {
    v.fail(field, 'REQUIRED', 'must be exactly one of user_id and application_id')
    return { type: 'user', id: userId as UserId }
  }
  const beside = field.slice(0, field.lastIndexOf('.') + 1)
  return userId === ''
    ? {
        type: 'application',
        id: parseId<ApplicationId>(v, `${beside}application_id`, applicationId),
      }
    : { type: 'user', id: parseId<UserId>(v, `${beside}user_id`, userId) }
}
