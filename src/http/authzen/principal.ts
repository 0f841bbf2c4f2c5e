import { type ApplicationId, toId, type UserId } from '../../domain/ids.js'
import type { PrincipalRef } from '../../domain/principal.js'
import type { SubjectName } from '../../service/subject.js'

/**
 * Who a subject is, if its id is one of ours; `undefined` for other names, which only the store
 * knows. An `identity` is such a name: its id may be that of one and another system's name of another.
 */
export function principalIn({ type, id }: SubjectName): PrincipalRef | undefined {
  if (type === 'user') return refOf(type, toId<UserId>(id))
  if (type === 'application') return refOf(type, toId<ApplicationId>(id))
  return undefined
}

function refOf<Type, Id>(type: Type, id: Id | undefined) {
  return id === undefined ? undefined : { type, id }
}
