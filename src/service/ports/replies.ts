import type { OrganizationId } from '../../domain/ids.js'

/** What was answered to a write that carried an idempotency key. */
export interface Reply {
  /** Who asked: keys of different callers never meet. */
  readonly actor: string
  /** Of the idempotency key. */
  readonly keyHash: string
  readonly organizationId: OrganizationId
  /** Of the request: another under the same key is a mistake. */
  readonly requestHash: string
  /** Encrypted: it can hold a fresh secret. */
  readonly response: string
  readonly createdAtMs: number
}

export interface ReplyStore {
  /** Those past their time are found too, until they are trimmed. */
  find(actor: string, keyHash: string): Promise<Reply | undefined>
  /** Replaces the one with the same actor and key. */
  put(reply: Reply): Promise<void>
  /** Counts that the reply was given again, so that giving it needs a commit. */
  count(reply: Reply): Promise<void>
}
