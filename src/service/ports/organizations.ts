import type { OrganizationId } from '../../domain/ids.js'
import type { Organization } from '../../domain/organization.js'
import type { QuotaNoun } from '../../domain/quota.js'

export interface OrganizationReader {
  find(id: OrganizationId): Promise<Organization | undefined>
  findRoot(): Promise<Organization | undefined>
}

export interface OrganizationWriter extends OrganizationReader {
  /** Makes every other write to this organization wait until this transaction ends. */
  lock(id: OrganizationId): Promise<void>
  insert(organization: Organization): Promise<void>
  update(organization: Organization): Promise<void>
  delete(id: OrganizationId): Promise<void>
}

export interface Census {
  /** How many the organization has, as this transaction sees it; implicit groups do not count. */
  count(of: OrganizationId, noun: QuotaNoun): Promise<number>
}
