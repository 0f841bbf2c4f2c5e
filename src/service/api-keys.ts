import { type ApiKey, type KeyNarrowing, parseNarrowing } from '../domain/api-key.js'
import { failedPrecondition, notFound, permissionDenied } from '../domain/errors.js'
import { type ProjectId, parseApiKeyId, parseIds, parseOptionalId } from '../domain/ids.js'
import { type PrincipalRef, samePrincipal } from '../domain/principal.js'
import { defaultProjectId } from '../domain/project.js'
import { createAccessKey, createSecret } from '../domain/secret.js'
import { parseDescription } from '../domain/text.js'
import { parsed, type Validation } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { checkEtag } from './etag.js'
import { loadStanding } from './facts.js'
import { gained, reachesOf, requireGrants } from './grants.js'
import { protectIamPath } from './iam-path.js'
import { parseMask } from './mask.js'
import { byCreation, type Page, type PageInput, readPage } from './page.js'
import { type PrincipalInput, parsePrincipalRef } from './principal-input.js'
import { hasPermission, requirePermission, requireWholeKey, requireWithinKey } from './require.js'

export interface NewApiKey extends PrincipalInput {
  readonly description: string
  readonly expiresAtMs: number | undefined
  readonly defaultProjectId: string
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
  const secret = createSecret(act.tools.randomBytes)
  const key: ApiKey = {
    ...fields,
    id: createAccessKey(act.tools.randomBytes),
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
async function requireIssue(act: WriteAct, bearer: PrincipalRef): Promise<void> {
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

async function requireProjects(
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

function parseExpiry(
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

export async function getApiKey(act: ReadAct, accessKey: string): Promise<ApiKey> {
  const key = await findKey(act, 'access_key', accessKey)
  requireKeyPermission(act, key, 'read')
  return key
}

export interface ApiKeyQuery extends PageInput, PrincipalInput {
  readonly organizationId: string
  readonly expired: boolean | undefined
}

/** Lists the kinds of keys that the caller may list; a user always sees its own. */
export async function listApiKeys(act: ReadAct, input: ApiKeyQuery): Promise<Page<ApiKey>> {
  const organizationId = ownOrganization(act, input.organizationId)
  const isNamed = input.userId !== '' || input.applicationId !== ''
  const bearer = isNamed ? parsed((v) => parsePrincipalRef(v, 'bearer', input)) : undefined
  const filter = {
    ...visibleKeys(act, bearer),
    ...(input.expired !== undefined && { expired: { value: input.expired, nowMs: act.nowMs } }),
  }
  return readPage(
    input,
    ['api-keys', organizationId, visibleKeys(act, bearer), input.expired ?? null],
    {
      read: (page) => act.tx.apiKeys.list(organizationId, filter, page),
      position: byCreation,
    },
  )
}

function visibleKeys(act: ReadAct, bearer: PrincipalRef | undefined) {
  const { ref } = act.caller.standing.principal
  const users = hasPermission(act, 'iam:user-api-key:list')
  const applications = hasPermission(act, 'iam:application-api-key:list')
  if (bearer) {
    const isOwn = ref.type === 'user' && samePrincipal(bearer, ref)
    if (isOwn) requireWithinKey(act, 'iam:user-api-key:list')
    else requirePermission(act, `iam:${bearer.type}-api-key:list`)
    return { bearers: [bearer] }
  }
  if (users && applications) return {}
  if (applications) return { bearerType: 'application' as const }
  if (users) return { bearerType: 'user' as const }
  if (ref.type !== 'user') requirePermission(act, 'iam:application-api-key:list')
  requireWithinKey(act, 'iam:user-api-key:list')
  return { bearers: [ref] }
}

export interface ApiKeyUpdate {
  readonly accessKey: string
  readonly etag: string
  readonly description: string
  readonly expiresAtMs: number | undefined
  readonly defaultProjectId: string
  readonly mask: readonly string[]
}

export async function updateApiKey(act: WriteAct, input: ApiKeyUpdate): Promise<ApiKey> {
  const mask = parseMask(input.mask, {
    mutable: ['description', 'expire_time', 'default_project_id'],
    immutable: ['access_key', 'organization_id', 'user_id', 'application_id', 'narrowing'],
  })
  const before = await findKey(act, 'api_key.access_key', input.accessKey)
  requireKeyPermission(act, before, 'write')
  // A key must not prolong its own life, or that of a wider one.
  if (mask.has('expire_time')) requireWholeKey(act)
  const after = await changedKey(act, before, { input, mask })
  await act.tx.apiKeys.update(after)
  const hashes = (await act.tx.apiKeys.secretsOf(after.id)).map((secret) => secret.hash)
  recordKey(act, 'write', { key: after, hashes, before, after })
  await protectIamPath(act)
  return after
}

async function changedKey(
  act: WriteAct,
  before: ApiKey,
  {
    input,
    mask,
  }: {
    readonly input: ApiKeyUpdate
    readonly mask: ReadonlySet<'description' | 'expire_time' | 'default_project_id'>
  },
): Promise<ApiKey> {
  checkEtag(before, input.etag)
  const organization = await act.tx.organizations.find(before.organizationId)
  const { expiresAtMs: expiryBefore, ...kept } = before
  const { expiresAtMs, ...changed } = parsed((v) => ({
    description: mask.has('description')
      ? parseDescription(v, 'api_key.description', input.description)
      : kept.description,
    expiresAtMs: mask.has('expire_time')
      ? parseExpiry(v, act, {
          field: 'api_key.expire_time',
          expiresAtMs: input.expiresAtMs,
          ttlMaxMs: organization?.apiKeyTtlMaxMs,
        })
      : expiryBefore,
    defaultProjectId: mask.has('default_project_id')
      ? (parseOptionalId<ProjectId>(v, 'api_key.default_project_id', input.defaultProjectId) ??
        defaultProjectId(before.organizationId))
      : kept.defaultProjectId,
  }))
  const after: ApiKey = {
    ...kept,
    ...changed,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  if (mask.has('default_project_id')) {
    await requireProjects(act, { defaultProjectId: after.defaultProjectId, narrowing: {} })
  }
  return after
}

export async function deleteApiKey(act: WriteAct, accessKey: string): Promise<void> {
  const key = await findKey(act, 'access_key', accessKey)
  requireKeyPermission(act, key, 'delete')
  const hashes = (await act.tx.apiKeys.secretsOf(key.id)).map((secret) => secret.hash)
  await act.tx.apiKeys.delete(key.id)
  recordKey(act, 'delete', { key, hashes, before: key })
  await protectIamPath(act)
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
  const before = await findKey(act, 'access_key', input.accessKey)
  await requireIssue(act, before.bearer)
  if (before.expiresAtMs !== undefined && before.expiresAtMs <= act.nowMs) {
    throw failedPrecondition('KEY_EXPIRED', 'an expired key is not rotated: make a new one')
  }
  const secret = createSecret(act.tools.randomBytes)
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

function requireKeyPermission(act: ReadAct, key: ApiKey, verb: 'read' | 'write' | 'delete'): void {
  const permission = `iam:${key.bearer.type}-api-key:${verb}` as const
  const { ref } = act.caller.standing.principal
  if (key.bearer.type === 'user' && samePrincipal(key.bearer, ref)) {
    requireWithinKey(act, permission)
  } else requirePermission(act, permission)
}

async function findKey(act: ReadAct, field: string, text: string): Promise<ApiKey> {
  const id = parsed((v) => parseApiKeyId(v, field, text))
  return own(act, await act.tx.apiKeys.find(id), { noun: 'api_key', id })
}

function recordKey(
  act: WriteAct,
  verb: string,
  change: {
    readonly key: ApiKey
    readonly hashes: readonly string[]
    readonly before?: ApiKey
    readonly after?: ApiKey
  },
): void {
  const { key, hashes, ...states } = change
  record(act, {
    action: `iam:${key.bearer.type}-api-key:${verb}`,
    resourceType: 'api_key',
    resourceId: key.id,
    entities: hashes.map((id) => ({ kind: 'credential', id })),
    ...states,
  })
}
