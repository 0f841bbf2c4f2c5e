import type { PeerCertificate } from 'node:tls'

/** Who is at the other end of a connection. */
export interface Peer {
  /** Empty for a UNIX socket. */
  readonly address: string
  readonly port: number
  readonly isUnixSocket: boolean
  readonly isEncrypted: boolean
  /** The certificate was demanded, shown, and found good. */
  readonly isAuthorized: boolean
  /** Looked up when asked for; `undefined` when none was shown. */
  certificate(): PeerCertificate | undefined
}
