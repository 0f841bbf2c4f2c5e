import type { PermissionSet } from '../domain/permission-set.js'
import { abuse } from './abuse.js'
import { account } from './account.js'
import { createAllProductsSets } from './all-products.js'
import { auditTrail } from './audit-trail.js'
import { billing } from './billing.js'
import type { CatalogService } from './catalog.js'
import { environmentalImpact } from './environmental-impact.js'
import { iam } from './iam.js'
import { notificationManager } from './notification-manager.js'
import { products } from './products.js'
import { support } from './support.js'

/** What the organization itself has; nothing of it is inside a project. */
const organizationServices: readonly CatalogService[] = [
  account,
  iam,
  billing,
  support,
  abuse,
  auditTrail,
  environmentalImpact,
  notificationManager,
]

/**
 * The sets every organization has. Their names and scope types follow Scaleway's public page of
 * permission sets. The permissions behind each name are not published, so that mapping is
 * Postern's own, except for Object Storage, where it follows the published table of S3 actions.
 *
 * A permission is `service:resource:verb`. Service names are in snake case and resources in kebab
 * case; no product shares its service name with an organization service.
 */
export const builtinPermissionSets: readonly PermissionSet[] = [
  ...organizationServices.flatMap(({ permissionSets }) => permissionSets),
  ...createAllProductsSets(products),
  ...products.flatMap(({ permissionSets }) => permissionSets),
]

const byName = new Map(builtinPermissionSets.map((set) => [set.name, set]))

/** Names are case-sensitive; `undefined` means the catalogue has no such set. */
export function findBuiltinPermissionSet(name: string): PermissionSet | undefined {
  return byName.get(name)
}
