import { parsed } from '../../domain/validation.js'
import type { ReadAct } from '../act.js'
import type { PrincipalInput } from '../principal-input.js'
import { findSubject, parseSubjectName, type SubjectName } from '../subject.js'

/**
 * Whom the name means; for a name that means nobody, an id that nobody has. Rejects with `invalid`
 * for what can be nobody's name.
 */
export async function principalNamed(act: ReadAct, raw: SubjectName): Promise<PrincipalInput> {
  const name = parsed((v) => parseSubjectName(v, 'subject', raw))
  const ref = (await findSubject(act, name)) ?? { type: 'user', id: act.tools.newId() }
  return ref.type === 'user'
    ? { userId: ref.id, applicationId: '' }
    : { userId: '', applicationId: ref.id }
}
