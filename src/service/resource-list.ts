import { type ProjectId, parseOptionalId } from '../domain/ids.js'
import { parseResourceType } from '../domain/question.js'
import type { RegisteredResource } from '../domain/registered-resource.js'
import type { Validation } from '../domain/validation.js'
import type { ReadAct } from './act.js'
import type { PagePosition, PageRequest } from './ports/paging.js'
import type { ResourceFilter, ResourceKey } from './ports/resources.js'

/** Empty: any. */
export interface ResourceFilterInput {
  readonly type: string
  /** Empty: in any project, or in none. */
  readonly projectId: string
}

export function parseResourceFilter(
  v: Validation,
  { type: typeText, projectId: projectText }: ResourceFilterInput,
): ResourceFilter {
  const type = parseResourceType(v, 'type', typeText)
  const projectId = parseOptionalId<ProjectId>(v, 'project_id', projectText)
  return { ...(type !== undefined && { type }), ...(projectId !== undefined && { projectId }) }
}

/** The caller's organization's own, by type, then id. */
export function readResources(
  act: ReadAct,
  filter: ResourceFilter,
  { size, after }: PageRequest,
): Promise<readonly RegisteredResource[]> {
  const page = { size, ...(after && { after: toKey(after) }) }
  return act.tx.resources.list(act.caller.organizationId, filter, page)
}

export function byTypeAndId({ type, id }: ResourceKey): PagePosition {
  return { createdAtMs: 0, id: `${type}/${id}` }
}

/** No type has a slash in it. */
function toKey({ id }: PagePosition): ResourceKey {
  const slash = id.indexOf('/')
  return { type: id.slice(0, slash), id: id.slice(slash + 1) }
}
