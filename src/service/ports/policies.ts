import type { OrganizationId, PolicyId, ProjectId } from '../../domain/ids.js'
import type { Policy } from '../../domain/policy.js'
import type { PolicyPrincipal } from '../../domain/principal.js'
import type { PageRequest } from './paging.js'

export interface PolicyFilter {
  readonly principal?: PolicyPrincipal
  readonly name?: string
}

export interface PolicyReader {
  find(id: PolicyId): Promise<Policy | undefined>
  list(
    organizationId: OrganizationId,
    filter: PolicyFilter,
    page: PageRequest,
  ): Promise<readonly Policy[]>
  /** Policies with a rule scoped to the project, by id. */
  scopedTo(projectId: ProjectId): Promise<readonly PolicyId[]>
}

export interface PolicyWriter extends PolicyReader {
  insert(policy: Policy): Promise<void>
  /** Writes everything but the rules. */
  update(policy: Policy): Promise<void>
  /** Replaces all rules by the policy's. */
  setRules(policy: Policy): Promise<void>
  /** Leaves the principal's policies without one; answers their ids. */
  detach(principal: PolicyPrincipal): Promise<readonly PolicyId[]>
  delete(id: PolicyId): Promise<void>
}
