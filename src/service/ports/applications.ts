import type { Application } from '../../domain/application.js'
import type { ApplicationId, OrganizationId } from '../../domain/ids.js'
import type { PageRequest } from './paging.js'

export interface ApplicationFilter {
  readonly name?: string
  readonly externalId?: string
}

export interface ApplicationReader {
  find(id: ApplicationId): Promise<Application | undefined>
  list(
    organizationId: OrganizationId,
    filter: ApplicationFilter,
    page: PageRequest,
  ): Promise<readonly Application[]>
}

export interface ApplicationWriter extends ApplicationReader {
  /** Throws `already-exists` when the id or the external id is taken. */
  insert(application: Application): Promise<void>
  update(application: Application): Promise<void>
  /** Deletes its keys and memberships with it; its policies must be detached before. */
  delete(id: ApplicationId): Promise<void>
}
