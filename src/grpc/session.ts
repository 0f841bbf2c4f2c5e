import type { Metadata } from '@grpc/grpc-js'
import { DomainError } from '../domain/errors.js'
import { type Session, unauthenticated } from '../service/administration.js'

/** As much of a call as tells who makes it. */
export interface CallOrigin {
  readonly metadata: Metadata
  getPeer(): string
}

const bearer = /^bearer +(\S+)$/i
const metadataBytesMax = 8_192

/** Throws `unauthenticated` when two keys were sent: nobody can tell which one was meant. */
export function sessionOf(call: CallOrigin): Session {
  requireSmallMetadata(call.metadata)
  const sent = call.metadata.get('authorization').flatMap((value) => String(value).split(','))
  if (sent.length > 1) throw unauthenticated('CREDENTIAL_AMBIGUOUS')
  const [header] = sent
  const secret = header === undefined ? '' : bearer.exec(header.trim())?.[1]
  if (secret === undefined) throw unauthenticated('CREDENTIAL_INVALID')
  return { ...originOf(call), secret }
}

/** Where a call comes from, whatever key it carries. */
export function originOf(call: CallOrigin): Session {
  return {
    secret: '',
    ip: peerAddress(call.getPeer()),
    userAgent: String(call.metadata.get('user-agent')[0] ?? ''),
  }
}

function requireSmallMetadata(metadata: Metadata): void {
  let bytes = 0
  for (const [key, value] of Object.entries(metadata.getMap())) bytes += key.length + value.length
  if (bytes <= metadataBytesMax) return
  throw new DomainError('invalid', {
    reason: 'METADATA_TOO_LARGE',
    message: `metadata: must be at most ${metadataBytesMax} bytes`,
    violations: [
      {
        field: 'metadata',
        reason: 'TOO_LONG',
        description: `must be at most ${metadataBytesMax} bytes`,
      },
    ],
  })
}

/** `127.0.0.1:5000`, `[::1]:5000` and `unix:/path` become the address, or empty for a socket. */
export function peerAddress(peer: string): string {
  const v6 = /^(?:ipv6:)?\[([^\]]+)\]:\d+$/.exec(peer)
  if (v6) return (v6[1] ?? '').replace(/^::ffff:(?=\d+\.)/, '')
  const v4 = /^(?:ipv4:)?(\d+\.\d+\.\d+\.\d+):\d+$/.exec(peer)
  return v4?.[1] ?? bareV6(peer)
}

/** Some runtimes print `::1:5000`, without brackets. */
function bareV6(peer: string): string {
  if (!/^[0-9a-f:.]+:\d+$/i.test(peer)) return ''
  return peer.slice(0, peer.lastIndexOf(':')).replace(/^::ffff:(?=\d+\.)/, '')
}
