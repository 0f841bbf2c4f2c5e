import { type ApplicationId, parseId, type UserId } from '../domain/ids.js'
import type { PrincipalRef } from '../domain/principal.js'
import type { Validation } from '../domain/validation.js'

/** Exactly one is given. */
export interface PrincipalInput {
  readonly userId: string
  readonly applicationId: string
}

/** `field` is the name of the oneof: what is wrong when none or both are given. */
export function parsePrincipalRef(
  v: Validation,
  field: string,
  { userId, applicationId }: PrincipalInput,
): PrincipalRef {
  if ((userId === '') === (applicationId === '')) {
    v.fail(field, 'REQUIRED', 'must be exactly one of user_id and application_id')
    return { type: 'user', id: userId as UserId }
  }
  return userId === ''
    ? { type: 'application', id: parseId<ApplicationId>(v, 'application_id', applicationId) }
    : { type: 'user', id: parseId<UserId>(v, 'user_id', userId) }
}
