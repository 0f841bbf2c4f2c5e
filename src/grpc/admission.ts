import type { Decision } from '../domain/decision.js'
import { permissionDenied } from '../domain/errors.js'
import { unauthenticated } from '../service/administration.js'
import type { Authorizer } from '../service/authorize.js'
import { minimizeLatency } from '../service/entities.js'
import { type CallOrigin, peerAddress, sessionOf } from './session.js'

/** Who may ask `Authorize` without a key of its own, the question itself holding a secret. */
export type AuthorizePeers = 'loopback' | 'anyone'

/**
 * Answers at once, with nothing, for peers that may ask; throws or rejects with `DomainError` for
 * others.
 */
export interface Admission {
  /** Whether whoever calls from there needs no key. */
  isFree(peer: string): boolean
  admit(call: CallOrigin): undefined | Promise<void>
}

const permission = 'iam:decision:ask'
const organizationItself = {
  organizationId: '',
  projectId: '',
  type: '',
  id: '',
  name: '',
  locality: '',
  attributes: undefined,
}

/**
 * Peers on this machine may ask freely; others present a key whose bearer holds `iam:decision:ask`,
 * unless the operator has opened the question to anyone. Whether it does is a question like any
 * other, and answered from memory.
 */
export function createAdmission(
  peers: AuthorizePeers,
  authorizer: Pick<Authorizer, 'authorize' | 'authorizeNow'>,
): Admission {
  const isFree = (peer: string) => peers === 'anyone' || isLocal(peer)
  return {
    isFree,
    admit(call) {
      if (isFree(call.getPeer())) return undefined
      const { secret: apiKey, ip, userAgent } = sessionOf(call)
      if (apiKey === '') throw unauthenticated('CREDENTIAL_MISSING')
      const request = { ip, userAgent }
      const context = undefined
      const asked = { apiKey, action: permission, resource: organizationItself, request, context }
      const answer = authorizer.authorizeNow(asked)
      if (answer) return requireAllowed(answer.decision)
      return authorizer
        .authorize(asked, { consistency: minimizeLatency })
        .then(({ decision }) => requireAllowed(decision))
    },
  }
}

function requireAllowed({ effect, reason, subject }: Decision): undefined {
  if (effect === 'allow') return undefined
  switch (reason) {
    case 'KEY_MALFORMED':
    case 'KEY_NOT_FOUND':
      throw unauthenticated('CREDENTIAL_INVALID')
    case 'KEY_EXPIRED':
      throw unauthenticated('CREDENTIAL_EXPIRED')
    case 'PRINCIPAL_LOCKED':
      throw permissionDenied('PRINCIPAL_LOCKED', 'the bearer of this key is locked')
    default:
      throw permissionDenied('PERMISSION_DENIED', `needs the permission \`${permission}\``, {
        permission,
        organization_id: subject?.organizationId ?? '',
        decision: reason,
      })
  }
}

function isLocal(peer: string): boolean {
  const address = peerAddress(peer)
  return address.startsWith('127.') || address === '::1'
}
