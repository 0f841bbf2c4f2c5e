import type { ProjectEntry } from '../../domain/document.js'
import { getOrganization, updateOrganization } from '../organizations.js'
import { createProject, updateProject } from '../projects.js'
import { type DocumentRun, differing, noteCreated, noteUpdated } from './run.js'

export async function applyOrganizationName(run: DocumentRun, name: string): Promise<void> {
  if (name === '') return
  const current = await getOrganization(run.act, '')
  if (current.name === name) return
  await updateOrganization(run.act, {
    id: current.id,
    etag: '',
    name,
    apiKeyTtlMaxMs: undefined,
    mask: ['name'],
  })
  noteUpdated(run, 'organization', { name, fields: ['name'] })
}

export async function applyProject(run: DocumentRun, entry: ProjectEntry): Promise<void> {
  const { act, directory } = run
  const { name, description } = entry
  const current = directory.projects.find(name)
  if (!current) {
    const project = { organizationId: '', projectId: entry.id, name, description }
    directory.projects.add(await createProject(act, project))
    noteCreated(run, 'project', name)
    return
  }
  const mask = differing({ description }, current)
  if (mask.length === 0) return
  await updateProject(act, { id: current.id, etag: '', name, description, mask })
  noteUpdated(run, 'project', { name, fields: mask })
}
