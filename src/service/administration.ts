import { type ApiKeyCredential, isExpired } from '../domain/api-key.js'
import { DomainError, permissionDenied } from '../domain/errors.js'
import { isWellFormedSecret } from '../domain/secret.js'
import type { Caller, ReadAct, Tools, WriteAct } from './act.js'
import { loadStanding } from './facts.js'
import type { ReadTransaction, Stamped, Store } from './ports/store.js'
import type { Retries, Retry } from './retry.js'

/** What a face knows of who is calling. */
export interface Session {
  /** The presented key; empty when there was none. */
  readonly secret: string
  readonly ip: string
  readonly userAgent: string
}

/**
 * Runs administrative use cases. The caller is always authenticated and authorised on the very
 * snapshot that is read or changed, never from a cache: a key that was deleted a moment ago cannot
 * make itself a successor.
 */
export interface Administration {
  read<T>(session: Session, work: (act: ReadAct) => Promise<T>): Promise<Stamped<T>>
  /** With `retry`, work that was done before under its key is answered and not done again. */
  write<T>(
    session: Session,
    work: (act: WriteAct) => Promise<T>,
    retry?: Retry<T>,
  ): Promise<Stamped<T>>
}

export interface AdministrationDeps {
  readonly store: Pick<Store, 'read' | 'write'>
  readonly tools: Tools
  readonly retries: Retries
  /** Milliseconds since the epoch. */
  now(): number
}

export function createAdministration(deps: AdministrationDeps): Administration {
  const { store, tools, retries, now } = deps
  const authenticate = async (tx: ReadTransaction, session: Session, nowMs: number) => {
    const credential = await findCredential(tx, session, tools)
    if (isExpired(credential.expiresAtMs, nowMs)) throw unauthenticated('CREDENTIAL_EXPIRED')
    return callerOf(tx, credential, session)
  }
  return {
    read: (session, work) =>
      store.read(async (tx) => {
        const nowMs = now()
        return work({ tx, tools, nowMs, caller: await authenticate(tx, session, nowMs) })
      }),
    write: (session, work, retry) =>
      store.write(async (tx) => {
        const nowMs = now()
        const { organizationId } = await findCredential(tx, session, tools)
        await tx.organizations.lock(organizationId)
        // Only now, with the organization locked, is what is read what will be changed.
        const act = { tx, tools, nowMs, caller: await authenticate(tx, session, nowMs) }
        return retry ? once(retries, act, { work, retry }) : work(act)
      }),
  }
}

/** Keys of a bearer do not share idempotency keys: who has one of them has not all. */
async function once<T>(
  retries: Retries,
  act: WriteAct,
  { work, retry }: { work: (act: WriteAct) => Promise<T>; retry: Retry<T> },
): Promise<T> {
  const { keyId, organizationId } = act.caller
  const scope = { tx: act.tx, actor: `api_key:${keyId}`, nowMs: act.nowMs }
  const before = await retries.recall(scope, retry)
  if (before) return before.answer
  const answer = await work(act)
  await retries.remember(scope, retry, { answer, organizationId })
  return answer
}

async function findCredential(
  tx: ReadTransaction,
  { secret }: Session,
  tools: Tools,
): Promise<ApiKeyCredential> {
  if (secret === '') throw unauthenticated('CREDENTIAL_MISSING')
  if (!isWellFormedSecret(secret)) throw unauthenticated('CREDENTIAL_INVALID')
  const credential = await tx.decisions.findCredential(tools.hashSecret(secret))
  if (!credential) throw unauthenticated('CREDENTIAL_INVALID')
  return credential
}

async function callerOf(
  tx: ReadTransaction,
  credential: ApiKeyCredential,
  session: Session,
): Promise<Caller> {
  const standing = await loadStanding(tx.decisions, credential.bearer, credential)
  if (!standing) throw unauthenticated('CREDENTIAL_INVALID')
  if (standing.principal.status !== 'active') {
    const { type, id } = standing.principal.ref
    throw permissionDenied('PRINCIPAL_LOCKED', 'the bearer of this key is locked', {
      resource: type,
      resource_id: id,
    })
  }
  return {
    standing,
    keyId: credential.id,
    organizationId: credential.organizationId,
    ip: session.ip,
    userAgent: session.userAgent,
  }
}

const unauthenticatedMessages = {
  CREDENTIAL_MISSING: 'needs an API key: send `authorization: Bearer pst_…`',
  CREDENTIAL_INVALID: 'the API key is not valid',
  CREDENTIAL_EXPIRED: 'the API key has expired',
  CREDENTIAL_AMBIGUOUS: 'more than one API key was sent',
  ENROLLMENT_INVALID: 'the enrollment token is unknown, used or expired',
} as const

export function unauthenticated(reason: keyof typeof unauthenticatedMessages): DomainError {
  return new DomainError('unauthenticated', { reason, message: unauthenticatedMessages[reason] })
}
