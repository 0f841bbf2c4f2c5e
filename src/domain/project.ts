import type { OrganizationId, ProjectId } from './ids.js'

export interface Project {
  readonly id: ProjectId
  readonly organizationId: OrganizationId
  /** Unique in the organization. */
  readonly name: string
  readonly description: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

export const defaultProjectName = 'default'

/** An organization's default project has the organization's own id. */
export function defaultProjectId(organizationId: OrganizationId): ProjectId {
  return organizationId as string as ProjectId
}
