import type { OrganizationId, ProjectId } from '../../domain/ids.js'
import type { RegisteredResource } from '../../domain/registered-resource.js'

export interface ResourceFilter {
  readonly type?: string
  readonly projectId?: ProjectId
}

/** What a registered resource is called by in its organization. */
export interface ResourceKey {
  readonly type: string
  readonly id: string
}

/** A page of a list in the order of the bytes of type, then id. */
export interface ResourcePage {
  readonly size: number
  /** The last element of the page before. */
  readonly after?: ResourceKey
}

export interface ResourceReader {
  find(organizationId: OrganizationId, key: ResourceKey): Promise<RegisteredResource | undefined>
  list(
    organizationId: OrganizationId,
    filter: ResourceFilter,
    page: ResourcePage,
  ): Promise<readonly RegisteredResource[]>
}

/** Deleting a project deletes the resources registered in it. */
export interface ResourceWriter extends ResourceReader {
  /** Throws `already-exists` when the organization has one of this type and id. */
  insert(resource: RegisteredResource): Promise<void>
  update(resource: RegisteredResource): Promise<void>
  delete(organizationId: OrganizationId, key: ResourceKey): Promise<void>
}
