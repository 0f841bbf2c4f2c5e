import type { Socket } from 'node:net'
import { type PeerCertificate, TLSSocket } from 'node:tls'
import type { Peer } from './peer.js'

/** Read at once, because a socket forgets the address when it is closed; calls may outlive it. */
export function socketPeer(socket: Socket): Peer {
  const { remoteAddress, remotePort } = socket
  const secure = socket instanceof TLSSocket ? socket : undefined
  return {
    address: remoteAddress ?? '',
    port: remotePort ?? 0,
    isUnixSocket: remoteAddress === undefined,
    isEncrypted: secure !== undefined,
    isAuthorized: secure?.authorized ?? false,
    certificate: () => secure && shownCertificate(secure),
  }
}

/** Node answers an empty object for none. */
function shownCertificate(socket: TLSSocket): PeerCertificate | undefined {
  const certificate = socket.getPeerCertificate()
  return certificate && Object.keys(certificate).length > 0 ? certificate : undefined
}
