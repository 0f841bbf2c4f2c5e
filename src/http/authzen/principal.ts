import { type ApplicationId, isUuid, type UserId } from '../../domain/ids.js'
import type { PrincipalRef } from '../../domain/principal.js'
import type { SubjectName } from '../../service/subject.js'

/**
 * Who a subject is, if its id is one of ours; `undefined` for other names, which only the store
 * knows. An `identity` is such a name: its id may be that of one and another system's name of another.
 */
export function principalIn({ type, id }: SubjectName): PrincipalRef | undefined {
  if (type === 'user' && isUuid(id)) return { type, id: id as UserId }
  if (type === 'application' && isUuid(id)) return { type, id: id as ApplicationId }
  return undefined
}
