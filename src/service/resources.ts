import { notFound } from '../domain/errors.js'
import {
  ownFields,
  parseResource,
  parseResourceId,
  parseResourceType,
  type RawResource,
  type Resource,
} from '../domain/question.js'
import { type RegisteredResource, refusePropertyNames } from '../domain/registered-resource.js'
import { parsed, type Validation } from '../domain/validation.js'
import { ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { canonicalJson } from './canonical-json.js'
import { checkEtag } from './etag.js'
import { type Page, type PageInput, readPage } from './page.js'
import type { ResourceKey } from './ports/resources.js'
import { requirePermission } from './require.js'
import {
  byTypeAndId,
  parseResourceFilter,
  type ResourceFilterInput,
  readResources,
} from './resource-list.js'

/** A resource as a question would carry it; type and id must be given. */
export interface ResourceRegistration {
  readonly resource: RawResource | undefined
  /** Of the registered one; empty: whatever is there is replaced. */
  readonly etag: string
}

/**
 * Registers the resource, or replaces what was registered under its type and id; one that is
 * registered just so already is left as it is. Throws `not-found` for a project that is not the
 * organization's.
 */
export async function registerResource(
  act: WriteAct,
  { resource, etag }: ResourceRegistration,
): Promise<RegisteredResource> {
  requirePermission(act, 'iam:resource:write')
  const organizationId = ownOrganization(act, resource?.organizationId ?? '')
  const asked = parsed((v) => {
    if (resource) requireKey(v, 'resource.', resource)
    const read = parseResource(v, ownFields, resource)
    refusePropertyNames(v, ownFields.attributes, read.attributes)
    return read
  })
  const key = { type: asked.type ?? '', id: asked.id ?? '' }
  await requireProject(act, asked)
  const before = await act.tx.resources.find(organizationId, key)
  if (!before && etag !== '') throw unknown(key)
  if (before) checkEtag('resource', { ...before, id: `${before.type}/${before.id}` }, etag)
  const after: RegisteredResource = {
    ...key,
    organizationId,
    ...(asked.projectId && { projectId: asked.projectId }),
    name: asked.name ?? '',
    locality: asked.locality ?? '',
    attributes: asked.attributes,
    createdAtMs: before?.createdAtMs ?? act.nowMs,
    updatedAtMs: act.nowMs,
    version: (before?.version ?? 0) + 1,
  }
  if (before && saysTheSame(before, after)) return before
  await (before ? act.tx.resources.update(after) : act.tx.resources.insert(after))
  recordResource(act, 'iam:resource:write', { ...(before && { before }), after })
  return after
}

export async function getResource(act: ReadAct, named: ResourceKey): Promise<RegisteredResource> {
  requirePermission(act, 'iam:resource:read')
  return findOwn(act, named)
}

export type ResourceQuery = PageInput & ResourceFilterInput & { readonly organizationId: string }

/** By type, then id. */
export async function listResources(
  act: ReadAct,
  input: ResourceQuery,
): Promise<Page<RegisteredResource>> {
  requirePermission(act, 'iam:resource:list')
  const organizationId = ownOrganization(act, input.organizationId)
  const filter = parsed((v) => parseResourceFilter(v, input))
  return readPage(input, ['resources', organizationId, filter], {
    read: (page) => readResources(act, filter, page),
    position: byTypeAndId,
  })
}

export async function deleteResource(
  act: WriteAct,
  { etag, ...named }: ResourceKey & { readonly etag: string },
): Promise<void> {
  requirePermission(act, 'iam:resource:delete')
  const before = await findOwn(act, named)
  checkEtag('resource', { ...before, id: `${before.type}/${before.id}` }, etag)
  await act.tx.resources.delete(before.organizationId, before)
  recordResource(act, 'iam:resource:delete', { before })
}

async function findOwn(act: ReadAct, named: ResourceKey): Promise<RegisteredResource> {
  const key = parsed((v) => {
    requireKey(v, '', named)
    return {
      type: parseResourceType(v, 'type', named.type) ?? '',
      id: parseResourceId(v, 'id', named.id) ?? '',
    }
  })
  const found = await act.tx.resources.find(act.caller.organizationId, key)
  if (!found) throw unknown(key)
  return found
}

function requireKey(v: Validation, prefix: string, { type, id }: ResourceKey): void {
  if (type === '') v.fail(`${prefix}type`, 'REQUIRED', 'must name the type, such as `server`')
  if (id === '') v.fail(`${prefix}id`, 'REQUIRED', 'must be the id within its type')
}

function unknown({ type, id }: ResourceKey) {
  return notFound('resource', `${type}/${id}`)
}

async function requireProject(act: ReadAct, { projectId }: Resource): Promise<void> {
  if (projectId === undefined) return
  const existing = await act.tx.projects.existing(act.caller.organizationId, [projectId])
  if (!existing.has(projectId)) throw notFound('project', projectId)
}

function saysTheSame(a: RegisteredResource, b: RegisteredResource): boolean {
  const said = ({ projectId, name, locality, attributes }: RegisteredResource) =>
    canonicalJson([projectId ?? null, name, locality, attributes])
  return said(a) === said(b)
}

/** No entity is named: decisions are not computed from the registry. */
function recordResource(
  act: WriteAct,
  action: string,
  change: { readonly before?: RegisteredResource; readonly after?: RegisteredResource },
): void {
  const { type = '', id = '' } = change.after ?? change.before ?? {}
  record(act, {
    action,
    resourceType: 'resource',
    resourceId: `${type}/${id}`,
    entities: [],
    ...change,
  })
}
