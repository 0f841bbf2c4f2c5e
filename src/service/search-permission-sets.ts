import { ownOrganization, type ReadAct } from './act.js'
import type { ListedPermissionSet } from './permission-sets.js'
import type { Found, Slice } from './ports/search.js'
import { requirePermission } from './require.js'

/** By age, the built-in sets come first; those of one age by name. */
export async function searchPermissionSets(
  act: ReadAct,
  {
    organizationId,
    slice,
  }: { readonly organizationId: string; readonly slice: Slice<'created_at' | 'name'> },
): Promise<Found<ListedPermissionSet>> {
  requirePermission(act, 'iam:permission-set:list')
  const own = await act.tx.permissionSets.list(ownOrganization(act, organizationId))
  const age = (set: ListedPermissionSet) =>
    slice.order === 'created_at' && 'createdAtMs' in set ? set.createdAtMs : 0
  const all = [...act.tools.builtinPermissionSets, ...own].sort(
    (a, b) => age(a) - age(b) || (a.name < b.name ? -1 : 1),
  )
  if (slice.descending) all.reverse()
  return { items: all.slice(slice.offset, slice.offset + slice.size), total: all.length }
}
