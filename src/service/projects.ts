import { failedPrecondition } from '../domain/errors.js'
import { type ProjectId, parseId, parseOptionalId } from '../domain/ids.js'
import { defaultProjectId, type Project } from '../domain/project.js'
import { parseDescription, parseName } from '../domain/text.js'
import { parsed } from '../domain/validation.js'
import { own, ownOrganization, type ReadAct, record, type WriteAct } from './act.js'
import { checkEtag } from './etag.js'
import { parseMask } from './mask.js'
import { byCreation, type Page, type PageInput, readPage } from './page.js'
import { requirePermission } from './require.js'

export interface NewProject {
  readonly organizationId: string
  readonly projectId: string
  readonly name: string
  readonly description: string
}

export async function createProject(act: WriteAct, input: NewProject): Promise<Project> {
  requirePermission(act, 'account:project:create')
  const organizationId = ownOrganization(act, input.organizationId)
  const fields = parsed((v) => ({
    id: parseOptionalId<ProjectId>(v, 'project_id', input.projectId),
    name: parseName(v, 'name', input.name),
    description: parseDescription(v, 'description', input.description),
  }))
  const project: Project = {
    ...fields,
    id: fields.id ?? (act.tools.newId() as ProjectId),
    organizationId,
    createdAtMs: act.nowMs,
    updatedAtMs: act.nowMs,
    version: 1,
  }
  await act.tx.projects.insert(project)
  recordProject(act, 'account:project:create', { after: project })
  return project
}

export async function getProject(act: ReadAct, projectId: string): Promise<Project> {
  requirePermission(act, 'account:project:read')
  return findOwn(act, 'project_id', projectId)
}

export async function listProjects(
  act: ReadAct,
  input: PageInput & { readonly organizationId: string },
): Promise<Page<Project>> {
  requirePermission(act, 'account:project:list')
  const organizationId = ownOrganization(act, input.organizationId)
  return readPage(input, ['projects', organizationId], {
    read: (page) => act.tx.projects.list(organizationId, page),
    position: byCreation,
  })
}

export interface ProjectUpdate {
  readonly id: string
  readonly etag: string
  readonly name: string
  readonly description: string
  readonly mask: readonly string[]
}

export async function updateProject(act: WriteAct, input: ProjectUpdate): Promise<Project> {
  requirePermission(act, 'account:project:write')
  const mask = parseMask(input.mask, {
    mutable: ['name', 'description'],
    immutable: ['id', 'organization_id', 'create_time'],
  })
  const before = await findOwn(act, 'project.id', input.id)
  checkEtag('project', before, input.etag)
  const after: Project = {
    ...before,
    ...parsed((v) => ({
      name: mask.has('name') ? parseName(v, 'project.name', input.name) : before.name,
      description: mask.has('description')
        ? parseDescription(v, 'project.description', input.description)
        : before.description,
    })),
    updatedAtMs: act.nowMs,
    version: before.version + 1,
  }
  await act.tx.projects.update(after)
  recordProject(act, 'account:project:write', { before, after })
  return after
}

export async function deleteProject(
  act: WriteAct,
  input: { readonly projectId: string; readonly etag: string },
): Promise<void> {
  requirePermission(act, 'account:project:delete')
  const project = await findOwn(act, 'project_id', input.projectId)
  checkEtag('project', project, input.etag)
  if (project.id === defaultProjectId(project.organizationId)) {
    throw failedPrecondition('DEFAULT_PROJECT', 'the default project cannot be deleted')
  }
  const policyIds = await act.tx.policies.scopedTo(project.id)
  await act.tx.projects.delete(project)
  record(act, {
    action: 'account:project:delete',
    resourceType: 'project',
    resourceId: project.id,
    entities: [
      { kind: 'project', id: project.id },
      ...policyIds.map((id) => ({ kind: 'policy' as const, id })),
    ],
    before: project,
  })
}

async function findOwn(act: ReadAct, field: string, text: string): Promise<Project> {
  const id = parsed((v) => parseId<ProjectId>(v, field, text))
  return own(act, await act.tx.projects.find(id), { noun: 'project', id })
}

function recordProject(
  act: WriteAct,
  action: string,
  change: { readonly before?: Project; readonly after: Project },
): void {
  record(act, {
    action,
    resourceType: 'project',
    resourceId: change.after.id,
    entities: [{ kind: 'project', id: change.after.id }],
    ...change,
  })
}
