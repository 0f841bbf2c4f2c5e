import type { OrganizationId, PermissionSetId } from '../../domain/ids.js'
import type { CustomPermissionSet } from '../../domain/permission-set.js'
import type { Policy } from '../../domain/policy.js'

export interface PermissionSetReader {
  find(organizationId: OrganizationId, name: string): Promise<CustomPermissionSet | undefined>
  /** All of the organization's own, by name. */
  list(organizationId: OrganizationId): Promise<readonly CustomPermissionSet[]>
  /** The policies with a rule that uses the set, by id. */
  policiesUsing(id: PermissionSetId): Promise<readonly Policy[]>
}

export interface PermissionSetWriter extends PermissionSetReader {
  /** Throws `already-exists` when the name is taken. */
  insert(set: CustomPermissionSet): Promise<void>
  update(set: CustomPermissionSet): Promise<void>
  delete(id: PermissionSetId): Promise<void>
}
