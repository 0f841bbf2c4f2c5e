import { isExpired } from '../domain/api-key.js'
import { failedPrecondition } from '../domain/errors.js'
import { createSecret, isWellFormedSecret } from '../domain/secret.js'
import type { User } from '../domain/user.js'
import { record, type Tools, type WriteAct } from './act.js'
import { type Session, unauthenticated } from './administration.js'
import { loadStanding } from './facts.js'
import { type FirstKey, insertFirstKey } from './first-key.js'
import { gained, reachesOf, requireGrants } from './grants.js'
import type { Stamped, Store, WriteTransaction } from './ports/store.js'
import { requirePermission, requireWholeKey } from './require.js'
import type { Retries, Retry } from './retry.js'
import { findOwnUser } from './users.js'

export interface IssuedEnrollment {
  /** Good once, until its expiry. */
  readonly token: string
  readonly expiresAtMs: number
}

const lifeMs = 7 * 24 * 3_600_000

/**
 * A member makes its own keys, and so somebody must let it make the first. Whoever holds the token
 * could take it, so only one who holds everything that the member may do can issue it.
 */
export async function issueEnrollment(act: WriteAct, userId: string): Promise<IssuedEnrollment> {
  requirePermission(act, 'iam:user:enroll')
  requireWholeKey(act)
  const user = await findOwnUser(act, 'user_id', userId)
  requireEnrollable(user)
  await requireKeyless(act, user)
  const standing = await loadStanding(act.tx.decisions, { type: 'user', id: user.id })
  requireGrants(act, gained({ before: [], after: reachesOf(standing?.policies ?? []) }))
  const token = createSecret(act.tools.randomBytes, 'enrollment')
  const expiresAtMs = act.nowMs + lifeMs
  const hash = act.tools.hashSecret(token)
  await act.tx.enrollments.replace({ userId: user.id, hash, expiresAtMs })
  record(act, {
    action: 'iam:user:enroll',
    resourceType: 'user',
    resourceId: user.id,
    entities: [],
    after: { expiresAtMs },
  })
  return { token, expiresAtMs }
}

export interface Enrolled extends FirstKey {
  readonly user: User
}

export interface Enrolling<T> {
  readonly token: string
  readonly retry: Retry<T> | undefined
  present(enrolled: Enrolled): T
}

/** Makes the key. The session's own key, if any, is not looked at: the token is the credential. */
export type Enroll = <T>(session: Session, enrolling: Enrolling<T>) => Promise<Stamped<T>>

export interface EnrollDeps {
  readonly store: Pick<Store, 'write'>
  readonly tools: Tools
  readonly retries: Retries
  /** Milliseconds since the epoch. */
  now(): number
}

export function createEnroll({ store, tools, retries, now }: EnrollDeps): Enroll {
  return (session, { token, retry, present }) =>
    store.write(async (tx) => {
      const nowMs = now()
      if (!isWellFormedSecret(token, 'enrollment')) throw unauthenticated('ENROLLMENT_INVALID')
      const hash = tools.hashSecret(token)
      const invited = await lockInvited(tx, hash)
      const scope = { tx, actor: `enrollment:${hash}`, nowMs }
      // Only now: a retry may have waited for the call that it repeats.
      const before = retry && (await retries.recall(scope, retry))
      if (before) return before.answer
      const user = await redeem(tx, { invited, hash, nowMs })
      const first = await insertFirstKey({ tx, tools, nowMs }, user)
      tx.record({
        organizationId: user.organizationId,
        entities: [{ kind: 'credential', id: first.secretHash }],
        audit: {
          atMs: nowMs,
          actor: { keyId: first.key.id, principal: { type: 'user', id: user.id } },
          ip: session.ip,
          userAgent: session.userAgent,
          action: 'iam:user-api-key:create',
          resourceType: 'api_key',
          resourceId: first.key.id,
          after: first.key,
        },
      })
      const answer = present({ ...first, user })
      const { organizationId } = user
      if (retry) await retries.remember(scope, retry, { answer, organizationId })
      return answer
    })
}

async function lockInvited(tx: WriteTransaction, hash: string): Promise<User | undefined> {
  const issued = await tx.enrollments.find(hash)
  const user = issued && (await tx.users.find(issued.userId))
  if (user) await tx.organizations.lock(user.organizationId)
  return user
}

/** Unknown, used and expired tokens are not told apart. */
async function redeem(
  tx: WriteTransaction,
  { invited: user, hash, nowMs }: { invited: User | undefined; hash: string; nowMs: number },
): Promise<User> {
  if (!user) throw unauthenticated('ENROLLMENT_INVALID')
  // With the organization locked, nobody else can be redeeming the same token.
  const enrollment = await tx.enrollments.find(hash)
  if (!enrollment || isExpired(enrollment.expiresAtMs, nowMs)) {
    throw unauthenticated('ENROLLMENT_INVALID')
  }
  requireEnrollable(user)
  await tx.enrollments.delete(user.id)
  return user
}

/** Who has a key makes the next one with it: a token is for the first, or for one who lost them. */
async function requireKeyless(act: WriteAct, user: User): Promise<void> {
  const bearers = [{ type: 'user', id: user.id }] as const
  const expired = { value: false, nowMs: act.nowMs }
  const keys = await act.tx.apiKeys.list(user.organizationId, { bearers, expired }, { size: 1 })
  if (keys.length === 0) return
  throw failedPrecondition('HAS_KEY', 'the user has a key, and makes the next one with it')
}

function requireEnrollable(user: User): void {
  if (user.type === 'owner') {
    throw failedPrecondition('OWNER_PROTECTED', 'the owner makes its own keys')
  }
  if (user.status === 'active') return
  throw failedPrecondition('USER_NOT_ACTIVE', `the user is ${user.status}`)
}
