import type { ApiKey } from '../domain/api-key.js'
import { type ProjectId, parseOptionalId } from '../domain/ids.js'
import { type PrincipalRef, samePrincipal } from '../domain/principal.js'
import { defaultProjectId } from '../domain/project.js'
import { parseDescription } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import { ownOrganization, type ReadAct, type WriteAct } from './act.js'
import { findOwnKey, recordKey, requireKeyPermission, requireUnexpired } from './api-key-access.js'
import { parseExpiry, requireProjects } from './api-key-fields.js'
import { requireIssue } from './api-key-issue.js'
import { checkEtag } from './etag.js'
import { protectIamPath } from './iam-path.js'
import { parseMask } from './mask.js'
import { byCreation, type Page, type PageInput, readPage } from './page.js'
import { type PrincipalInput, parsePrincipalRef } from './principal-input.js'
import { hasPermission, requirePermission, requireWholeKey, requireWithinKey } from './require.js'

export async function getApiKey(act: ReadAct, accessKey: string): Promise<ApiKey> {
  const key = await findOwnKey(act, 'access_key', accessKey)
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

/** Which keys the caller may list, all or those of one bearer; throws when it is none. */
export function visibleKeys(act: ReadAct, bearer: PrincipalRef | undefined) {
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
  const before = await findOwnKey(act, 'api_key.access_key', input.accessKey)
  requireKeyPermission(act, before, 'write')
  // A key must not prolong its own life, or that of a wider one.
  if (mask.has('expire_time')) requireWholeKey(act)
  // Prolonging a life hands on as much as making a key does.
  if (mask.has('expire_time') && prolongs(input, before)) await requireIssue(act, before.bearer)
  if (mask.has('expire_time')) requireUnexpired(act, before)
  const after = await changedKey(act, before, { input, mask })
  await act.tx.apiKeys.update(after)
  const hashes = (await act.tx.apiKeys.secretsOf(after.id)).map((secret) => secret.hash)
  recordKey(act, 'write', { key: after, hashes, before, after })
  await protectIamPath(act)
  return after
}

function prolongs({ expiresAtMs }: ApiKeyUpdate, before: ApiKey): boolean {
  const end = (ms: number | undefined) => ms ?? Number.POSITIVE_INFINITY
  return end(expiresAtMs) > end(before.expiresAtMs)
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
  checkEtag('api_key', before, input.etag)
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
  const key = await findOwnKey(act, 'access_key', accessKey)
  requireKeyPermission(act, key, 'delete')
  const hashes = (await act.tx.apiKeys.secretsOf(key.id)).map((secret) => secret.hash)
  await act.tx.apiKeys.delete(key.id)
  recordKey(act, 'delete', { key, hashes, before: key })
  await protectIamPath(act)
}
