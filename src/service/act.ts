import type { CompileCondition } from '../domain/condition/condition.js'
import type { EntityRef } from '../domain/entity.js'
import { notFound } from '../domain/errors.js'
import type { ApiKeyId, OrganizationId } from '../domain/ids.js'
import type { FindBuiltinPermissionSet, PermissionSet } from '../domain/permission-set.js'
import type { Standing } from './facts.js'
import type { ReadTransaction, WriteTransaction } from './ports/store.js'

/** What use cases need besides the store; randomness and hashing come from outside. */
export interface Tools {
  newId(): string
  randomBytes(count: number): Uint8Array
  /** Keyed, so that who reads or writes the table can neither use nor plant a key. */
  hashSecret(secret: string): string
  readonly compileCondition: CompileCondition
  readonly findBuiltin: FindBuiltinPermissionSet
  readonly builtinPermissionSets: readonly PermissionSet[]
  /** Milliseconds that never go back. */
  monotonicMs(): number
  /** Resolves when whatever waits for the thread has had it. */
  nextTurn(): Promise<void>
}

/** Who performs an administrative act, as its own transaction saw it. */
export interface Caller {
  readonly standing: Standing
  readonly keyId: ApiKeyId
  readonly organizationId: OrganizationId
  readonly ip: string
  readonly userAgent: string
}

/** One administrative read: a caller on one snapshot at one instant. */
export interface ReadAct {
  readonly tx: ReadTransaction
  readonly caller: Caller
  readonly nowMs: number
  readonly tools: Tools
}

/** One administrative write, authorised on the snapshot that it changes. */
export interface WriteAct extends ReadAct {
  readonly tx: WriteTransaction
}

/**
 * The organization that a request names, or the caller's where it names none. Another's is not
 * found, whether it exists or not.
 */
export function ownOrganization(act: ReadAct, organizationId: string): OrganizationId {
  const own = act.caller.organizationId
  if (organizationId !== '' && organizationId !== own) {
    throw notFound('organization', organizationId)
  }
  return own
}

/** `found`, unless it is absent or another organization's: the two are not told apart. */
export function own<T extends { readonly organizationId: OrganizationId }>(
  act: ReadAct,
  found: T | undefined,
  named: { readonly noun: string; readonly id: string },
): T {
  if (found?.organizationId !== act.caller.organizationId) throw notFound(named.noun, named.id)
  return found
}

export interface Deed {
  /** The permission that it needed. */
  readonly action: string
  readonly resourceType: string
  readonly resourceId: string
  readonly entities: readonly EntityRef[]
  readonly before?: unknown
  readonly after?: unknown
  /** Another organization than the caller's, where an act reaches there. */
  readonly organizationId?: OrganizationId
}

/** Leaves the audit row and names what changed for decisions. */
export function record(act: WriteAct, deed: Deed): void {
  const { caller, nowMs } = act
  act.tx.record({
    organizationId: deed.organizationId ?? caller.organizationId,
    entities: deed.entities,
    audit: {
      atMs: nowMs,
      actor: { keyId: caller.keyId, principal: caller.standing.principal.ref },
      ip: caller.ip,
      userAgent: caller.userAgent,
      action: deed.action,
      resourceType: deed.resourceType,
      resourceId: deed.resourceId,
      before: deed.before,
      after: deed.after,
    },
  })
}
