import type { ReadAct } from '../act.js'
import type { PrincipalInput } from '../principal-input.js'
import { findSubject, type SubjectName } from '../subject.js'

/** Whom the name means; for a name that means nobody, an id that nobody has. */
export async function principalNamed(act: ReadAct, name: SubjectName): Promise<PrincipalInput> {
  const ref = (await findSubject(act, name)) ?? { type: 'user', id: act.tools.newId() }
  return ref.type === 'user'
    ? { userId: ref.id, applicationId: '' }
    : { userId: '', applicationId: ref.id }
}
