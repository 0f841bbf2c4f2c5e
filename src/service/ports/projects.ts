import type { OrganizationId, ProjectId } from '../../domain/ids.js'
import type { Project } from '../../domain/project.js'
import type { PageRequest } from './paging.js'

export interface ProjectReader {
  find(id: ProjectId): Promise<Project | undefined>
  findByName(organizationId: OrganizationId, name: string): Promise<Project | undefined>
  /** Those of `ids` that are the organization's. */
  existing(organizationId: OrganizationId, ids: readonly ProjectId[]): Promise<Set<ProjectId>>
  list(organizationId: OrganizationId, page: PageRequest): Promise<readonly Project[]>
}

export interface ProjectWriter extends ProjectReader {
  /** Throws `already-exists` when the id or the name is taken. */
  insert(project: Project): Promise<void>
  update(project: Project): Promise<void>
  /** Rules lose the project; keys that default to it go back to the default project. */
  delete(project: Project): Promise<void>
}
