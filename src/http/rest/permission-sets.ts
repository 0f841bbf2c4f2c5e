import { createHash } from 'node:crypto'
import type { ListedPermissionSet } from '../../service/permission-sets.js'
import { searchPermissionSets } from '../../service/search-permission-sets.js'
import type { Calls } from './calls.js'
import { iam, lists, type Route } from './route.js'
import { organizationOf } from './scope.js'

export function permissionSetRoutes({ read }: Calls): Route[] {
  return [
    {
      method: 'GET',
      path: `${iam}/permission-sets`,
      id: 'ListPermissionSets',
      summary: "List the built-in permission sets and the organization's own",
      query: lists,
      answer: 'ListPermissionSetsResponse',
      respond: read({
        parse: (input) => ({
          ...organizationOf(input),
          slice: input.slice({ created_at: 'created_at', name: 'name' }),
        }),
        work: searchPermissionSets,
        present: ({ items, total }) => ({
          permission_sets: items.map(toPermissionSet),
          total_count: total,
        }),
      }),
    },
  ]
}

function toPermissionSet(set: ListedPermissionSet) {
  return {
    id: 'id' in set ? set.id : idOf(set.name),
    name: set.name,
    scope_type: set.scopeType,
    description: set.description,
    categories: [],
    permissions: set.permissions,
    custom: 'id' in set,
  }
}

/** Built-in sets are known by name alone; clients of this API expect a UUID, the same every time. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(`built-in permission set ${name}`).digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20, 32)].join('-')
}
