import type { Attributes } from './condition/condition.js'
import type { OrganizationId, ProjectId } from './ids.js'
import { type Resource, resourcePath } from './question.js'
import type { Validation } from './validation.js'

/**
 * A resource that somebody told of, so that searches can go through it. Decisions never read the
 * registry: a question carries its resource. Type and id together are unique in the organization.
 */
export interface RegisteredResource {
  readonly organizationId: OrganizationId
  /** Absent: the resource is the organization's own, and in no project. */
  readonly projectId?: ProjectId
  readonly type: string
  readonly id: string
  /** May be empty. */
  readonly name: string
  /** A region or zone; may be empty. */
  readonly locality: string
  readonly attributes: Attributes
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

/** What decisions know of a resource by name, beside its type and id. */
export const resourcePropertyNames = ['organization_id', 'project_id', 'name', 'locality'] as const

export function isResourceProperty(name: string): boolean {
  return resourcePropertyNames.some((known) => known === name)
}

/**
 * Faces that have one map for properties and attributes take an attribute of such a name for the
 * property, and would ask another question than the one that a search has answered.
 */
export function refusePropertyNames(v: Validation, field: string, attributes: Attributes): void {
  for (const name of Object.keys(attributes).filter(isResourceProperty)) {
    v.fail(`${field}.${name}`, 'CONSTRAINT', 'must be given as the property, or have another name')
  }
}

/** The resource as a question about it would carry it. */
export function toQuestionResource(registered: RegisteredResource): Resource {
  const { projectId, type, id, name, locality, attributes } = registered
  return {
    ...(projectId && { projectId }),
    type,
    id,
    ...(name !== '' && { name }),
    ...(locality !== '' && { locality }),
    attributes,
    path: resourcePath(type, id),
  }
}
