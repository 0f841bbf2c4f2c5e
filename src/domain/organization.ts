import type { OrganizationId } from './ids.js'

/** The tenant. */
export interface Organization {
  readonly id: OrganizationId
  readonly name: string
  /** The longest life a new API key may be given; absent: keys need not expire. */
  readonly apiKeyTtlMaxMs?: number
  /** The server's first one, whose owner may make others. */
  readonly root: boolean
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}
