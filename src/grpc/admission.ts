import type { Administration } from '../service/administration.js'
import { requirePermission } from '../service/require.js'
import { type CallOrigin, peerAddress, sessionOf } from './session.js'

/** Who may ask `Authorize` without a key of its own, the question itself holding a secret. */
export type AuthorizePeers = 'loopback' | 'anyone'

/**
 * Peers on this machine may ask freely; others present a key whose bearer holds
 * `iam:decision:ask`, unless the operator has opened the question to anyone.
 */
export function createAdmission(
  peers: AuthorizePeers,
  administration: Administration,
): (call: CallOrigin) => Promise<void> {
  return async (call) => {
    if (peers === 'anyone' || isLocal(call.getPeer())) return
    await administration.read(sessionOf(call), async (act) => {
      requirePermission(act, 'iam:decision:ask')
    })
  }
}

function isLocal(peer: string): boolean {
  const address = peerAddress(peer)
  return address.startsWith('127.') || address === '::1'
}
