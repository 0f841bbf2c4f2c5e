import type { KeyNarrowing } from '../domain/api-key.js'
import { notFound } from '../domain/errors.js'
import type { ProjectId } from '../domain/ids.js'
import type { Validation } from '../domain/validation.js'
import type { WriteAct } from './act.js'

/** Throws `not-found` for a project that is not the organization's. */
export async function requireProjects(
  act: WriteAct,
  fields: { readonly defaultProjectId: ProjectId; readonly narrowing: KeyNarrowing },
): Promise<void> {
  const ids = [fields.defaultProjectId, ...(fields.narrowing.projectIds ?? [])]
  const existing = await act.tx.projects.existing(act.caller.organizationId, ids)
  const missing = ids.find((id) => !existing.has(id))
  if (missing) throw notFound('project', missing)
}

/** The year 10000: RFC 3339 ends before. */
const endOfTimeMs = 253_402_300_800_000

/** Reports an expiry that is past, too far, or missing where the organization demands one. */
export function parseExpiry(
  v: Validation,
  act: WriteAct,
  input: {
    readonly field: string
    readonly expiresAtMs: number | undefined
    readonly ttlMaxMs: number | undefined
  },
): number | undefined {
  const { field, expiresAtMs, ttlMaxMs } = input
  if (expiresAtMs === undefined) {
    if (ttlMaxMs !== undefined) v.fail(field, 'REQUIRED', 'must be given in this organization')
    return undefined
  }
  if (!(expiresAtMs > act.nowMs)) v.fail(field, 'CONSTRAINT', 'must be in the future')
  else if (expiresAtMs >= endOfTimeMs) v.fail(field, 'CONSTRAINT', 'must be before the year 10000')
  else if (ttlMaxMs !== undefined && expiresAtMs > act.nowMs + ttlMaxMs) {
    v.fail(field, 'CONSTRAINT', `must be within ${ttlMaxMs / 1_000} s in this organization`)
  }
  return expiresAtMs
}
