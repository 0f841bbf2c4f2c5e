import type { ApiKeyCredential } from '../../domain/api-key.js'
import type { ApiKeyId, OrganizationId, ProjectId } from '../../domain/ids.js'
import type { CompiledPolicy } from '../../domain/policy.js'
import type { Principal, PrincipalRef } from '../../domain/principal.js'
import type { PagePosition, PageRequest } from './paging.js'

/** The one port of the hot path: what a decision reads, entity by entity. */
export interface DecisionReader {
  /** Finds by the hash of the presented secret; expired ones are found too. */
  findCredential(secretHash: string): Promise<ApiKeyCredential | undefined>
  findCredentialByKeyId(id: ApiKeyId): Promise<ApiKeyCredential | undefined>
  findPrincipal(ref: PrincipalRef): Promise<Principal | undefined>
  findProjectOrganization(id: ProjectId): Promise<OrganizationId | undefined>
  /** The policies attached to any of the holders (users, applications, groups), by id. */
  policiesOf(holderIds: readonly string[]): Promise<readonly CompiledPolicy[]>
  /** Those of the refs that the organization has, as `findPrincipal` answers each; in no order. */
  findPrincipals(
    organizationId: OrganizationId,
    refs: readonly PrincipalRef[],
  ): Promise<readonly Principal[]>
  /** All principals of one type, as `findPrincipal` answers each. */
  listPrincipals(
    organizationId: OrganizationId,
    type: PrincipalRef['type'],
    page: PageRequest,
  ): Promise<readonly ListedPrincipal[]>
}

/** A principal, and where it stands in the list. */
export interface ListedPrincipal {
  readonly principal: Principal
  readonly position: PagePosition
}
