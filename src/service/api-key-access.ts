import { type ApiKey, isExpired } from '../domain/api-key.js'
import { DomainError } from '../domain/errors.js'
import { parseApiKeyId } from '../domain/ids.js'
import { samePrincipal } from '../domain/principal.js'
import { parsed } from '../domain/validation.js'
import { own, type ReadAct, record, type WriteAct } from './act.js'
import { requirePermission, requireWithinKey } from './require.js'

/** One's own keys need no policy; a narrowed key stays within its narrowing. */
export function requireKeyPermission(
  act: ReadAct,
  key: ApiKey,
  verb: 'read' | 'write' | 'delete',
): void {
  const permission = `iam:${key.bearer.type}-api-key:${verb}` as const
  const { ref } = act.caller.standing.principal
  if (key.bearer.type === 'user' && samePrincipal(key.bearer, ref)) {
    requireWithinKey(act, permission)
  } else requirePermission(act, permission)
}

export async function findOwnKey(act: ReadAct, field: string, text: string): Promise<ApiKey> {
  const id = parsed((v) => parseApiKeyId(v, field, text))
  return own(act, await act.tx.apiKeys.find(id), { noun: 'api_key', id })
}

/**
 * Throws `expired`, because what has ended stays ended: a secret that was left lying about since
 * then must not come back to life, and whoever needs a key makes a new one.
 */
export function requireUnexpired({ nowMs }: ReadAct, { id, expiresAtMs }: ApiKey): void {
  if (expiresAtMs === undefined || !isExpired(expiresAtMs, nowMs)) return
  throw new DomainError('expired', {
    reason: 'KEY_EXPIRED',
    message: 'the key has expired for good: make a new one',
    metadata: {
      resource: 'api_key',
      resource_id: id,
      expired_since: new Date(expiresAtMs).toISOString(),
    },
  })
}

/** `hashes` are those of every secret that the change concerns. */
export function recordKey(
  act: WriteAct,
  verb: string,
  change: {
    readonly key: ApiKey
    readonly hashes: readonly string[]
    readonly before?: ApiKey
    readonly after?: ApiKey
  },
): void {
  const { key, hashes, ...states } = change
  record(act, {
    action: `iam:${key.bearer.type}-api-key:${verb}`,
    resourceType: 'api_key',
    resourceId: key.id,
    entities: hashes.map((id) => ({ kind: 'credential', id })),
    ...states,
  })
}
