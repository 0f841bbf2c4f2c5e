import type { OrganizationId } from '../domain/ids.js'
import type { Revision } from './revision.js'

/** What this process has followed of the store's log. */
export interface ChangeSource {
  /** The revision that decisions are made at now. */
  readonly applied: Revision
  /** Since when that was the newest, in milliseconds; infinite before the first reading. */
  readonly ageMs: number
  /** Answers how to stop. */
  subscribe(listener: ChangeListener): () => void
}

/** Both are called when `applied` says it already, and must neither wait nor throw. */
export interface ChangeListener {
  /** A revision was applied, which changed something in the organization. */
  onChange(organizationId: OrganizationId): void
  /** History is not the one that was followed: whatever was answered from it may not hold. */
  onReset(): void
}
