import type { ApplicationId, OrganizationId, UserId } from '../domain/ids.js'
import { isUuid } from '../domain/ids.js'
import type { PrincipalRef } from '../domain/principal.js'
import { parseEmail, parsePrintable } from '../domain/text.js'
import { Validation } from '../domain/validation.js'
import type { ReadAct } from './act.js'

/** A principal as other systems name it. */
export interface SubjectName {
  /** `user`, `application`, or `identity` for either; case-sensitive. */
  readonly type: string
  /** Its id here; else another system's id of it, or a user's e-mail address. */
  readonly id: string
}

const nameMax = 256

/** Reports what can be nobody's name, under `field.type` and `field.id`. */
export function parseSubjectName(v: Validation, field: string, raw: SubjectName): SubjectName {
  for (const key of ['type', 'id'] as const) {
    parsePrintable(v, `${field}.${key}`, { text: raw[key], max: nameMax })
  }
  return raw
}

/**
 * The one principal of the caller's organization that the name fits; `undefined` when it fits none,
 * or two of them: an id of another system can be chosen to look like somebody's address, and nobody
 * may be taken for somebody else.
 */
export async function findSubject(
  act: ReadAct,
  { type, id }: SubjectName,
): Promise<PrincipalRef | undefined> {
  switch (type) {
    case 'user':
      return only(await usersNamed(act, id))
    case 'application':
      return only(await applicationsNamed(act, id))
    case 'identity':
      return only([...(await usersNamed(act, id)), ...(await applicationsNamed(act, id))])
    default:
      return undefined
  }
}

function only(found: readonly PrincipalRef[]): PrincipalRef | undefined {
  return new Set(found.map(({ id }) => id)).size === 1 ? found[0] : undefined
}

/** Ids are given here, and nobody can choose one that is taken: who has it needs no other look. */
async function usersNamed({ tx, caller }: ReadAct, text: string): Promise<PrincipalRef[]> {
  const { organizationId } = caller
  const byId = isUuid(text) ? await tx.users.find(text as UserId) : undefined
  if (isOf(organizationId, byId)) return [{ type: 'user', id: byId.id }]
  const byExternalId = await tx.users.list(organizationId, { externalId: text }, first)
  const email = emailIn(text)
  const byEmail = email && (await tx.users.findByEmail(organizationId, email))
  const found = [...byExternalId, ...(byEmail ? [byEmail] : [])]
  return found.map(({ id }) => ({ type: 'user', id }))
}

async function applicationsNamed({ tx, caller }: ReadAct, text: string): Promise<PrincipalRef[]> {
  const { organizationId } = caller
  const byId = isUuid(text) ? await tx.applications.find(text as ApplicationId) : undefined
  if (isOf(organizationId, byId)) return [{ type: 'application', id: byId.id }]
  const found = await tx.applications.list(organizationId, { externalId: text }, first)
  return found.map(({ id }) => ({ type: 'application', id }))
}

/** External ids are unique in an organization. */
const first = { size: 1 }

function isOf<T extends { readonly organizationId: OrganizationId }>(
  organizationId: OrganizationId,
  found: T | undefined,
): found is T {
  return found?.organizationId === organizationId
}

/** In the spelling that is stored; `undefined` for what is no address. */
function emailIn(text: string): string | undefined {
  const v = new Validation()
  const email = parseEmail(v, '', text)
  return v.failed ? undefined : email
}
