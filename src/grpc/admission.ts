import { createRequireAsk } from '../service/ask-permission.js'
import type { Authorizer } from '../service/authorize.js'
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

/**
 * Peers on this machine may ask freely; others present a key whose bearer holds `iam:decision:ask`,
 * unless the operator has opened the question to anyone.
 */
export function createAdmission(
  peers: AuthorizePeers,
  authorizer: Pick<Authorizer, 'authorize' | 'authorizeNow'>,
): Admission {
  const requireAsk = createRequireAsk(authorizer)
  const isFree = (peer: string) => peers === 'anyone' || isLocal(peer)
  return {
    isFree,
    admit(call) {
      if (isFree(call.getPeer())) return undefined
      const admitted = requireAsk(sessionOf(call))
      return admitted instanceof Promise ? admitted.then(() => undefined) : undefined
    },
  }
}

function isLocal(peer: string): boolean {
  const address = peerAddress(peer)
  return address.startsWith('127.') || address === '::1'
}
