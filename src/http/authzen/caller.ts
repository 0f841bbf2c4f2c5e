import type { FastifyRequest } from 'fastify'
import { type Session, unauthenticated } from '../../service/administration.js'
import { isLoopback, plainAddress, sentValues } from '../raw-headers.js'

/**
 * Who asks, by its `Authorization` header; `undefined` when it presents nothing. The scheme may be
 * missing: there are clients that send the bare key. Throws `unauthenticated` for two keys, since
 * nobody can tell which one was meant, and for what is no key.
 */
export function callerOf(request: FastifyRequest): Session | undefined {
  const secret = presentedSecret(sentValues(request.raw.rawHeaders, 'authorization'))
  if (secret === undefined) return undefined
  const userAgent = request.headers['user-agent'] ?? ''
  return { secret, ip: addressOf(request), userAgent }
}

/** Whether whoever calls from there may ask about a key without presenting one of its own. */
export function isFree(request: FastifyRequest, peers: 'loopback' | 'anyone'): boolean {
  return peers === 'anyone' || isLoopback(addressOf(request))
}

function addressOf(request: FastifyRequest): string {
  return plainAddress(request.socket.remoteAddress)
}

/** As nearly all clients send it. */
const plainBearer = /^Bearer [A-Za-z0-9_-]+$/
const bearer = /^(?:bearer +)?[^\s,]+$/i

function presentedSecret(sent: readonly string[]): string | undefined {
  const [value] = sent
  if (value === undefined) return undefined
  if (sent.length === 1 && plainBearer.test(value)) return value.slice('Bearer '.length)
  if (sent.length > 1 || value.includes(',')) throw unauthenticated('CREDENTIAL_AMBIGUOUS')
  const presented = value.trim()
  if (!bearer.test(presented)) throw unauthenticated('CREDENTIAL_INVALID')
  return presented.slice(presented.lastIndexOf(' ') + 1)
}
