import type { PermissionSet } from '../domain/permission-set.js'
import type { CatalogService } from './catalog.js'
import { projectsSet } from './define.js'

/**
 * The two sets that span the products, made from the products themselves: one that joins later is
 * covered with no change here. Organization services have service names of their own and so stay
 * out of reach.
 */
export function createAllProductsSets(
  products: readonly CatalogService[],
): readonly PermissionSet[] {
  return [
    projectsSet(
      'AllProductsFullAccess',
      'Do everything with every product.',
      products.map(({ service }) => `${service}:*`),
    ),
    projectsSet(
      'AllProductsReadOnly',
      'See everything of every product, except what secrets hold.',
      products.flatMap(readOnlyPermissions),
    ),
  ]
}

// Taken from the read-only sets, not from the verbs: a product decides itself what reading is.
function readOnlyPermissions({ permissionSets }: CatalogService): readonly string[] {
  const readOnly = permissionSets.filter(({ name }) => name.endsWith('ReadOnly'))
  return [...new Set(readOnly.flatMap(({ permissions }) => permissions))]
}
