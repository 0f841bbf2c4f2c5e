import type { Application } from '../domain/application.js'
import { parseAttributes, storedAttributeLimits } from '../domain/attributes.js'
import { type ApplicationId, parseId, parseOptionalId } from '../domain/ids.js'
import { parseDescription, parseExternalId, parseName, parseTags } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { departing, detachPolicies } from './departure.js'
import { checkEtag } from './etag.js'
import { protectIamPath } from './iam-path.js'
import { parseMask } from './mask.js'
import { byCreation, type Page, type PageInput, readPage, textFilter } from './page.js'
import { requirePermission } from './require.js'
import { requireConditionalGrants } from './standing-grants.js'

export interface ApplicationFields {
  readonly name: string
  readonly description: string
  readonly externalId: string
  readonly tags: readonly string[]
  readonly attributes: unknown
}

export interface NewApplication extends ApplicationFields {
  readonly organizationId: string
  readonly applicationId: string
}

export async function createApplication(
  act: WriteAct,
  input: NewApplication,
): Promise<Application> {
  requirePermission(act, 'iam:application:create')
  const organizationId = ownOrganization(act, input.organizationId)
  const { id, fields } = parsed((v) => ({
    id: parseOptionalId<ApplicationId>(v, 'application_id', input.applicationId),
    fields: {
      name: parseName(v, 'name', input.name),
      description: parseDescription(v, 'description', input.description),
      externalId: parseExternalId(v, 'external_id', input.externalId),
      tags: parseTags(v, 'tags', input.tags),
      attributes: parseAttributes(v, 'attributes', {
        value: input.attributes,
        limits: storedAttributeLimits,
      }),
    },
  }))
  const { externalId, ...rest } = fields
  const application: Application = {
    ...rest,
    ...(externalId !== undefined && { externalId }),
    id: id ?? (act.tools.newId() as ApplicationId),
    organizationId,
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
  await act.tx.applications.insert(application)
  recordApplication(act, 'iam:application:create', { after: application })
  return application
}

export async function getApplication(act: ReadAct, applicationId: string): Promise<Application> {
  requirePermission(act, 'iam:application:read')
  return findOwnApplication(act, 'application_id', applicationId)
}

export interface ApplicationQuery extends PageInput {
  readonly organizationId: string
  readonly name: string
  readonly externalId: string
}

export async function listApplications(
  act: ReadAct,
  input: ApplicationQuery,
): Promise<Page<Application>> {
  requirePermission(act, 'iam:application:list')
  const organizationId = ownOrganization(act, input.organizationId)
  const filter = {
    ...textFilter('name', 'name', input.name),
    ...textFilter('externalId', 'external_id', input.externalId),
  }
  return readPage(input, ['applications', organizationId, filter], {
    read: (page) => act.tx.applications.list(organizationId, filter, page),
    position: byCreation,
  })
}

export interface ApplicationUpdate extends ApplicationFields {
  readonly id: string
  readonly etag: string
  readonly mask: readonly string[]
}

export async function updateApplication(
  act: WriteAct,
  input: ApplicationUpdate,
): Promise<Application> {
  requirePermission(act, 'iam:application:write')
  const mask = parseMask(input.mask, {
    mutable: ['name', 'description', 'external_id', 'tags', 'attributes'],
    immutable: ['id', 'organization_id', 'create_time'],
  })
  const before = await findOwnApplication(act, 'application.id', input.id)
  checkEtag('application', before, input.etag)
  const { externalId, ...kept } = before
  const fields = parsed((v) => ({
    name: mask.has('name') ? parseName(v, 'application.name', input.name) : kept.name,
    description: mask.has('description')
      ? parseDescription(v, 'application.description', input.description)
      : kept.description,
    externalId: mask.has('external_id')
      ? parseExternalId(v, 'application.external_id', input.externalId)
      : externalId,
    tags: mask.has('tags') ? parseTags(v, 'application.tags', input.tags) : kept.tags,
    attributes: mask.has('attributes')
      ? parseAttributes(v, 'application.attributes', {
          value: input.attributes,
          limits: storedAttributeLimits,
        })
      : kept.attributes,
  }))
  const { externalId: newExternalId, ...changed } = fields
  const after: Application = {
    ...kept,
    ...changed,
    ...(newExternalId !== undefined && { externalId: newExternalId }),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  const isSeenByConditions = mask.has('tags') || mask.has('attributes')
  if (isSeenByConditions) {
    await requireConditionalGrants(act, { type: 'application', id: before.id })
  }
  await act.tx.applications.update(after)
  recordApplication(act, 'iam:application:write', { before, after })
  if (isSeenByConditions) await protectIamPath(act)
  return after
}

export async function deleteApplication(
  act: WriteAct,
  input: { readonly applicationId: string; readonly etag: string },
): Promise<void> {
  requirePermission(act, 'iam:application:delete')
  const application = await findOwnApplication(act, 'application_id', input.applicationId)
  checkEtag('application', application, input.etag)
  const principal = { type: 'application', id: application.id } as const
  const entities = await departing(act, principal)
  await detachPolicies(act, principal)
  await act.tx.applications.delete(application.id)
  record(act, {
    action: 'iam:application:delete',
    resourceType: 'application',
    resourceId: application.id,
    entities,
    before: application,
  })
  await protectIamPath(act)
}

export async function findOwnApplication(
  act: ReadAct,
  field: string,
  text: string,
): Promise<Application> {
  const id = parsed((v) => parseId<ApplicationId>(v, field, text))
  return own(act, await act.tx.applications.find(id), { noun: 'application', id })
}

function recordApplication(
  act: WriteAct,
  action: string,
  change: { readonly before?: Application; readonly after: Application },
): void {
  record(act, {
    action,
    resourceType: 'application',
    resourceId: change.after.id,
    entities: [{ kind: 'principal', id: change.after.id }],
    ...change,
  })
}
