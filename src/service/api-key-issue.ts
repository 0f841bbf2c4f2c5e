import { type ApiKey, parseNarrowing } from '../domain/api-key.js'
import { notFound, permissionDenied } from '../domain/errors.js'
import { type ProjectId, parseIds, parseOptionalId } from '../domain/ids.js'
import { type PrincipalRef, samePrincipal } from '../domain/principal.js'
import { defaultProjectId } from '../domain/project.js'
import {
  createAccessKey,
  createKeySecret,
  formOfAccessKey,
  type KeyForm,
} from '../domain/secret.js'
import { parseDescription } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import type { WriteAct } from './act.js'
import { findOwnKey, recordKey, requireUnexpired } from './api-key-access.js'
import { parseExpiry, requireProjects } from './api-key-fields.js'
import { loadStanding } from './facts.js'
import { gained, reachesOf, requireGrants } from './grants.js'
import { type PrincipalInput, parsePrincipalRef } from './principal-input.js'
import { requirePermission, requireWholeKey, requireWithinKey } from './require.js'

export interface NewApiKey extends PrincipalInput {
  readonly description: string
  readonly expiresAtMs: number | undefined
  readonly defaultProjectId: string
  /** Absent: native. */
  readonly form?: KeyForm
  readonly narrowing: {
    readonly actions: readonly string[]
    readonly resources: readonly string[]
    readonly projectIds: readonly string[]
    readonly sourceCidrs: readonly string[]
  }
}

export interface IssuedApiKey {
  readonly key: ApiKey
  /** Shown once; kept nowhere. */
  readonly secret: string
}

export async function createApiKey(act: WriteAct, input: NewApiKey): Promise<IssuedApiKey> {
  const bearer = parsed((v) => parsePrincipalRef(v, 'bearer', input))
  await requireIssue(act, bearer)
  const fields = await parseKey(act, input)
  const secret = createKeySecret(act.tools.randomBytes, input.form ?? 'native')
  const key: ApiKey = {
    ...fields,
    id: createAccessKey(act.tools.randomBytes, input.form),
    organizationId: act.caller.organizationId,
    bearer,
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
  const hash = act.tools.hashSecret(secret)
  await act.tx.apiKeys.insert(key, { hash })
  recordKey(act, 'create', { key, hashes: [hash], after: key })
  return { key, secret }
}

/**
 * A key for oneself needs no policy; a key for an application hands on what the application may;
 * a key for another human is nobody's to make.
 */
export async function requireIssue(act: WriteAct, bearer: PrincipalRef): Promise<void> {
  const { principal } = act.caller.standing
  if (samePrincipal(bearer, principal.ref) && bearer.type === 'user') {
    requireWithinKey(act, 'iam:user-api-key:create')
    requireWholeKey(act)
    return
  }
  if (bearer.type === 'user') {
    throw permissionDenied('FOREIGN_USER_KEY', 'nobody makes a key for another user')
  }
  requirePermission(act, 'iam:application-api-key:create')
  requireWholeKey(act)
  const standing = await loadStanding(act.tx.decisions, bearer)
  if (standing?.principal.organizationId !== act.caller.organizationId) {
    throw notFound('application', bearer.id)
  }
  if (samePrincipal(bearer, principal.ref)) return
  requireGrants(act, gained({ before: [], after: reachesOf(standing.policies) }))
}

async function parseKey(act: WriteAct, input: NewApiKey) {
  const { organizationId } = act.caller
  const organization = await act.tx.organizations.find(organizationId)
  const fields = parsed((v) => {
    const projectIds = parseIds<ProjectId>(v, 'narrowing.project_ids', input.narrowing.projectIds)
    return {
      description: parseDescription(v, 'description', input.description),
      expiresAtMs: parseExpiry(v, act, {
        field: 'expire_time',
        expiresAtMs: input.expiresAtMs,
        ttlMaxMs: organization?.apiKeyTtlMaxMs,
      }),
      defaultProjectId:
        parseOptionalId<ProjectId>(v, 'default_project_id', input.defaultProjectId) ??
        defaultProjectId(organizationId),
      narrowing: parseNarrowing(v, 'narrowing', { ...input.narrowing, projectIds }),
    }
  })
  await requireProjects(act, fields)
  const { expiresAtMs, ...rest } = fields
  return { ...rest, ...(expiresAtMs !== undefined && { expiresAtMs }) }
}

const graceMax = 30 * 24 * 3_600_000

/** The new secret works at once; the newest old one goes on for the grace period, older ones end. */
export async function rotateApiKey(
  act: WriteAct,
  input: { readonly accessKey: string; readonly gracePeriodMs: number },
): Promise<IssuedApiKey> {
  const graceMs = input.gracePeriodMs
  parsed((v) => {
    if (!(graceMs >= 0 && graceMs <= graceMax)) {
      v.fail('grace_period', 'CONSTRAINT', 'must be from 0 s to 30 days')
    }
  })
  const before = await findOwnKey(act, 'access_key', input.accessKey)
  await requireIssue(act, before.bearer)
  requireUnexpired(act, before)
  const secret = createKeySecret(act.tools.randomBytes, formOfAccessKey(before.id))
  const hash = act.tools.hashSecret(secret)
  const old = await act.tx.apiKeys.secretsOf(before.id)
  const current = old.find((entry) => entry.expiresAtMs === undefined)
  const kept =
    current && graceMs > 0 ? [{ hash: current.hash, expiresAtMs: act.nowMs + graceMs }] : []
  await act.tx.apiKeys.setSecrets(before.id, [{ hash }, ...kept])
  const key: ApiKey = { ...before, updatedAtMs: act.nowMs, version: before.version + 1 }
  await act.tx.apiKeys.update(key)
  recordKey(act, 'rotate', {
    key,
    hashes: [hash, ...old.map((entry) => entry.hash)],
    before,
    after: key,
  })
  return { key, secret }
}
