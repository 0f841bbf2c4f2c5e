import type { PermissionSet } from '../domain/permission-set.js'

/** One service's built-in permission sets. */
export interface CatalogService {
  /** The first segment of the service's permissions: `compute` in `compute:servers:start`. */
  readonly service: string
  /** A heading for people. */
  readonly category: string
  readonly permissionSets: readonly PermissionSet[]
}
