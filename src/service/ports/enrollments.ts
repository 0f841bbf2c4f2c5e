import type { UserId } from '../../domain/ids.js'

/** A member's standing permission to make its own first key, once. */
export interface Enrollment {
  readonly userId: UserId
  /** Of the token. */
  readonly hash: string
  readonly expiresAtMs: number
}

export interface EnrollmentStore {
  /** Expired ones are found too. */
  find(hash: string): Promise<Enrollment | undefined>
  /** A user has at most one. */
  replace(enrollment: Enrollment): Promise<void>
  delete(userId: UserId): Promise<void>
}
