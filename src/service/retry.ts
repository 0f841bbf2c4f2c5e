import { DomainError, failedPrecondition } from '../domain/errors.js'
import type { OrganizationId } from '../domain/ids.js'
import type { Reply } from './ports/replies.js'
import type { WriteTransaction } from './ports/store.js'
import type { ReplySeal } from './reply-seal.js'

/** A write that its caller may send again, not knowing whether it took effect. */
export interface Retry<T> {
  /** Chosen by the caller, and new for each thing that it wants done. */
  readonly idempotencyKey: string
  /** What is asked for: method and message. */
  readonly request: readonly (string | Uint8Array)[]
  encode(answer: T): Uint8Array
  decode(bytes: Uint8Array): T
}

/** Where and for whom a write runs. */
export interface RetryScope {
  readonly tx: WriteTransaction
  /** Keys of different actors never meet. */
  readonly actor: string
  readonly nowMs: number
}

/** Remembers answers, so that a write that is sent again is not done again. */
export interface Retries {
  /**
   * The answer that was given before; `undefined` when there is none. Whatever `retry` would change
   * must be locked. Throws `failed-precondition` when the key stands for another request.
   */
  recall<T>(scope: RetryScope, retry: Retry<T>): Promise<{ readonly answer: T } | undefined>
  /** In the transaction that did what is answered. */
  remember<T>(scope: RetryScope, retry: Retry<T>, given: Given<T>): Promise<void>
}

export interface Given<T> {
  readonly answer: T
  readonly organizationId: OrganizationId
}

/** For how long answers are remembered. */
export const repliesKeptMs = 24 * 3_600_000

export function createRetries(seal: ReplySeal): Retries {
  const keyHashOf = ({ idempotencyKey }: { idempotencyKey: string }) =>
    seal.hash(['key', idempotencyKey])
  const requestHashOf = ({ request }: Pick<Retry<never>, 'request'>) =>
    seal.hash(['request', ...request])
  return {
    async recall({ tx, actor, nowMs }, retry) {
      const reply = await tx.replies.find(actor, keyHashOf(retry))
      if (!reply || reply.createdAtMs <= nowMs - repliesKeptMs) return undefined
      if (reply.requestHash !== requestHashOf(retry)) throw mismatch()
      // A commit of its own: what is read here may be on its way to being lost in a failover.
      await tx.replies.count(reply)
      const { idempotencyKey } = retry
      return { answer: retry.decode(open(seal, idempotencyKey, reply)) }
    },
    async remember({ tx, actor, nowMs }, retry, { answer, organizationId }) {
      const { idempotencyKey } = retry
      const keyHash = keyHashOf(retry)
      const requestHash = requestHashOf(retry)
      const context = contextOf({ actor, keyHash, requestHash })
      const response = seal.seal({ idempotencyKey, context }, retry.encode(answer))
      const createdAtMs = nowMs
      await tx.replies.put({ actor, keyHash, organizationId, requestHash, response, createdAtMs })
    },
  }
}

function open(seal: ReplySeal, idempotencyKey: string, reply: Reply): Uint8Array {
  try {
    return seal.open({ idempotencyKey, context: contextOf(reply) }, reply.response)
  } catch (cause) {
    const message = 'a remembered answer cannot be read; the store is damaged'
    throw new DomainError('unavailable', { reason: 'RECORD_UNREADABLE', message, cause })
  }
}

function contextOf(reply: Pick<Reply, 'actor' | 'keyHash' | 'requestHash'>): string {
  return JSON.stringify([reply.actor, reply.keyHash, reply.requestHash])
}

function mismatch(): DomainError {
  return failedPrecondition(
    'IDEMPOTENCY_MISMATCH',
    'idempotency-key: was sent with another request before',
  )
}
