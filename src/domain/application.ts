import type { Attributes } from './condition/condition.js'
import type { ApplicationId, OrganizationId } from './ids.js'

/** A principal that is not human. */
export interface Application {
  readonly id: ApplicationId
  readonly organizationId: OrganizationId
  readonly name: string
  readonly description: string
  /** Another system's id, unique in the organization. */
  readonly externalId?: string
  readonly tags: readonly string[]
  readonly attributes: Attributes
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}
