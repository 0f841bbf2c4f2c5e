import { failedPrecondition, permissionDenied } from '../domain/errors.js'
import { type OrganizationId, parseId, parseOptionalId } from '../domain/ids.js'
import type { Organization } from '../domain/organization.js'
import { parseEmail, parseName } from '../domain/text.js'
import { parsed, type Validation } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { checkEtag } from './etag.js'
import { type Founded, foundedEntities, foundOrganization } from './found-organization.js'
import { parseMask } from './mask.js'
import { byCreation, readAll } from './page.js'
import { requirePermission } from './require.js'

export interface NewOrganization {
  readonly organizationId: string
  readonly name: string
  readonly ownerEmail: string
}

/** Only from within the server's first organization: it is the one that runs the server. */
export async function createOrganization(act: WriteAct, input: NewOrganization): Promise<Founded> {
  requirePermission(act, 'account:organization:create')
  const home = await act.tx.organizations.find(act.caller.organizationId)
  if (!home?.root) {
    throw permissionDenied('NOT_ROOT', "organizations are made from the server's first one")
  }
  const fields = parsed((v) => ({
    id: parseOptionalId<OrganizationId>(v, 'organization_id', input.organizationId),
    name: parseName(v, 'name', input.name),
    ownerEmail: parseEmail(v, 'owner_email', input.ownerEmail),
  }))
  const founded = await foundOrganization(act, { ...fields, root: false })
  record(act, {
    action: 'account:organization:create',
    resourceType: 'organization',
    resourceId: founded.organization.id,
    organizationId: founded.organization.id,
    entities: foundedEntities(founded),
    after: founded.organization,
  })
  return founded
}

export async function getOrganization(act: ReadAct, text: string): Promise<Organization> {
  const id = parsed((v) => parseOptionalId<OrganizationId>(v, 'organization_id', text))
  if (act.caller.standing.principal.ref.type !== 'user') {
    requirePermission(act, 'account:organization:read')
  }
  return find(act, ownOrganization(act, id ?? ''))
}

export interface OrganizationUpdate {
  readonly id: string
  readonly etag: string
  readonly name: string
  /** Absent: no limit. */
  readonly apiKeyTtlMaxMs: number | undefined
  readonly mask: readonly string[]
}

export async function updateOrganization(
  act: WriteAct,
  input: OrganizationUpdate,
): Promise<Organization> {
  requirePermission(act, 'account:organization:write')
  const mask = parseMask(input.mask, {
    mutable: ['name', 'api_key_ttl_max'],
    immutable: ['id', 'create_time'],
  })
  const before = await find(act, ownOrganization(act, input.id))
  checkEtag('organization', before, input.etag)
  const { apiKeyTtlMaxMs: ttlBefore, ...kept } = before
  const { name, ttl } = parsed((v) => ({
    name: mask.has('name') ? parseName(v, 'organization.name', input.name) : before.name,
    ttl: mask.has('api_key_ttl_max') ? parseTtl(v, input.apiKeyTtlMaxMs) : ttlBefore,
  }))
  const after: Organization = {
    ...kept,
    name,
    ...(ttl !== undefined && { apiKeyTtlMaxMs: ttl }),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  await act.tx.organizations.update(after)
  record(act, {
    action: 'account:organization:write',
    resourceType: 'organization',
    resourceId: after.id,
    entities: [],
    before,
    after,
  })
  return after
}

function parseTtl(v: Validation, ms: number | undefined): number | undefined {
  if (ms === undefined || ms === 0) return undefined
  if (ms < 0) v.fail('organization.api_key_ttl_max', 'CONSTRAINT', 'must not be negative')
  return ms
}

/** Refuses to take anything but an empty shell with it. */
export async function deleteOrganization(
  act: WriteAct,
  input: { readonly organizationId: string; readonly etag: string },
): Promise<void> {
  requirePermission(act, 'account:organization:delete')
  const id = parsed((v) => parseId<OrganizationId>(v, 'organization_id', input.organizationId))
  const organization = await find(act, ownOrganization(act, id))
  checkEtag('organization', organization, input.etag)
  if (organization.root) {
    throw failedPrecondition('ROOT_ORGANIZATION', "the server's first organization stays")
  }
  await refuseUnlessEmpty(act)
  const { principal } = act.caller.standing
  const hashes = await act.tx.apiKeys.secretHashesOf(principal.ref)
  await act.tx.organizations.delete(id)
  record(act, {
    action: 'account:organization:delete',
    resourceType: 'organization',
    resourceId: id,
    entities: [
      { kind: 'project', id },
      { kind: 'principal', id: principal.ref.id },
      ...hashes.map((hash) => ({ kind: 'credential' as const, id: hash })),
    ],
    before: organization,
  })
}

async function refuseUnlessEmpty({ tx, caller }: WriteAct): Promise<void> {
  const id = caller.organizationId
  const counts = {
    projects: (await readAll((page) => tx.projects.list(id, page), byCreation)).length - 1,
    users: (await tx.users.list(id, {}, { size: 2 })).length - 1,
    applications: (await tx.applications.list(id, {}, { size: 1 })).length,
    groups: (await tx.groups.list(id, {}, { size: 3 })).length - 2,
    permission_sets: (await tx.permissionSets.list(id)).length,
    policies: (await tx.policies.list(id, {}, { size: 1 })).length,
  }
  const left = Object.entries(counts).filter(([, count]) => count > 0)
  if (left.length === 0) return
  const names = left.map(([name]) => name).join(', ')
  throw failedPrecondition('NOT_EMPTY', `the organization still has ${names}: delete them first`)
}

async function find(act: ReadAct, id: OrganizationId): Promise<Organization> {
  const organization = await act.tx.organizations.find(id)
  const found = organization && { ...organization, organizationId: organization.id }
  const { organizationId: _, ...rest } = own(act, found, { noun: 'organization', id })
  return rest
}
