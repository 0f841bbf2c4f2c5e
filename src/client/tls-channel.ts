import { isIP } from 'node:net'
import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { ChannelCredentials, type ChannelOptions } from '@grpc/grpc-js'

export interface TlsSettings {
  /** PEM; absent: the authorities that this machine trusts. */
  readonly ca?: Buffer
  /** PEM, for servers that demand certificates of their clients. */
  readonly pair?: { readonly cert: Buffer; readonly key: Buffer }
}

export interface TlsChannel {
  readonly credentials: ChannelCredentials
  readonly options: ChannelOptions
}

/** RFC 6761 section 6.4: a name that nobody has. */
const nobodysName = 'address.invalid'

/**
 * How to open a channel to `host:port` over TLS. RFC 6066 section 3 lets a client tell a server by what
 * name it knows it, and an IP address is no name. The library tells it all the same, of which Node
 * warns, and from version 26 on it does not connect then: such a server is told nobody's name, and its
 * certificate is held to its address. Throws when the octets are no PEM, or the pair does not match.
 */
export function tlsChannel(address: string, { ca, pair }: TlsSettings): TlsChannel {
  const open = (verify: Parameters<typeof ChannelCredentials.createSsl>[3]) =>
    ChannelCredentials.createSsl(ca ?? null, pair?.key ?? null, pair?.cert ?? null, verify)
  const ip = ipOf(address)
  if (ip === undefined) return { credentials: open({}), options: {} }
  const check = (_: string, certificate: PeerCertificate) => checkServerIdentity(ip, certificate)
  return {
    credentials: open({ checkServerIdentity: check }),
    options: { 'grpc.ssl_target_name_override': nobodysName },
  }
}

function ipOf(address: string): string | undefined {
  // Without brackets, an address of version 6 is one as a whole, and names no port.
  if (isIP(address) !== 0) return address
  const host = address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
  return isIP(host) === 0 ? undefined : host
}
