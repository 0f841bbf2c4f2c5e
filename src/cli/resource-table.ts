import type { RegisteredResource } from '../grpc/gen/postern/v1/resource.js'
import { renderTable } from './table.js'

/** `projects` holds names by id. */
export function resourceTable(
  resources: readonly RegisteredResource[],
  projects: ReadonlyMap<string, string>,
): string {
  if (resources.length === 0) return 'no resources\n'
  const rows = resources.map(({ resource }) => {
    const projectId = resource?.projectId ?? ''
    const project = projectId === '' ? '' : (projects.get(projectId) ?? projectId)
    return [resource?.type ?? '', resource?.id ?? '', project, resource?.name ?? '']
  })
  return renderTable(['TYPE', 'ID', 'PROJECT', 'NAME'], rows)
}
