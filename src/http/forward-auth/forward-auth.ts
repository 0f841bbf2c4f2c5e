import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../../domain/errors.js'
import type { Header } from '../../domain/route/presented-key.js'
import { overrideNames, type RouteOverride } from '../../domain/route/route-parser.js'
import type { RequireAsk } from '../../service/ask-permission.js'
import type { Gate, Passage } from '../../service/gate.js'
import { isLoopback, plainAddress, sentHeaders } from '../raw-headers.js'
import { createSendPassage, type SendPassage } from './answer.js'
import { forwardAuth, forwardAuthOfRoute } from './describe.js'
import { readForwarded } from './forwarded.js'

export interface ForwardAuthDeps {
  readonly gate: Gate
  readonly requireAsk: RequireAsk
  /** Which proxies may ask without a key of their own. */
  readonly authorizePeers: 'loopback' | 'anyone'
}

const proxyKeyHeader = 'postern-proxy-key'

/**
 * `/forward-auth`: what nginx `auth_request`, Caddy `forward_auth`, Traefik and HAProxy ask before
 * they let a request through. Everything but 2xx stops it there.
 */
export function addForwardAuth(app: FastifyInstance, deps: ForwardAuthDeps): void {
  const asked = { ...deps, send: createSendPassage() }
  const ask = (request: FastifyRequest, reply: FastifyReply) => answer(asked, request, reply)
  app.get('/forward-auth', { config: { openapi: forwardAuth } }, ask)
  app.get('/forward-auth/:route', { config: { openapi: forwardAuthOfRoute } }, ask)
}

interface Asked extends ForwardAuthDeps {
  readonly send: SendPassage
}

type Sent = ReturnType<SendPassage>

function answer(deps: Asked, request: FastifyRequest, reply: FastifyReply): Sent | Promise<Sent> {
  const headers = sentHeaders(request.raw.rawHeaders)
  const waiting = admit(deps, request, headers)
  if (waiting) return answerLater(deps, { waiting, request, headers, reply })
  const passage = check(deps, request, headers)
  return passage instanceof Promise
    ? passage.then((known) => deps.send(reply, known))
    : deps.send(reply, passage)
}

interface Waiting {
  readonly waiting: Promise<Passage | undefined>
  readonly request: FastifyRequest
  readonly headers: readonly Header[]
  readonly reply: FastifyReply
}

async function answerLater(
  deps: Asked,
  { waiting, request, headers, reply }: Waiting,
): Promise<Sent> {
  const refused = await waiting
  return deps.send(reply, refused ?? (await check(deps, request, headers)))
}

/** `undefined`: the proxy may ask; else, once it is known, `undefined` or why it may not. */
function admit(
  { authorizePeers, requireAsk }: ForwardAuthDeps,
  request: FastifyRequest,
  headers: readonly Header[],
): Promise<Passage | undefined> | undefined {
  const ip = plainAddress(request.socket.remoteAddress)
  if (authorizePeers === 'anyone' || isLoopback(ip)) return undefined
  const keys = headers.filter(([name]) => name.toLowerCase() === proxyKeyHeader)
  const secret = keys.length === 1 ? (keys[0]?.[1] ?? '') : ''
  return requireProxy(requireAsk, { secret, ip, userAgent: '' })
}

/** A proxy that may not ask is no fault of the client: no challenge to send another key. */
async function requireProxy(
  requireAsk: RequireAsk,
  session: Parameters<RequireAsk>[0],
): Promise<Passage | undefined> {
  try {
    await requireAsk(session)
    return undefined
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const { reason, message } = error
    if (error.kind === 'unavailable') return { kind: 'unknown', reason, message }
    return { kind: 'deny', status: 403, reason: 'PROXY_NOT_ADMITTED', message: refusal }
  }
}

const refusal = 'the proxy must send Postern-Proxy-Key, a key whose bearer holds `iam:decision:ask`'

function check(
  { gate }: ForwardAuthDeps,
  request: FastifyRequest,
  headers: readonly Header[],
): Passage | Promise<Passage> {
  const forwarded = readForwarded(headers)
  if ('problem' in forwarded) return deny('REQUEST_AMBIGUOUS', forwarded.problem)
  const override = overrideOf(request.params)
  if (override === 'unknown') {
    return deny(
      'ROUTE_INVALID',
      `/forward-auth/ may be followed only by ${overrideNames.join(', ')}, once each`,
    )
  }
  const { head, ip } = forwarded
  return gate.check(override ? { head, ip, headers, override } : { head, ip, headers })
}

/**
 * What the proxy's configuration wrote into the path that it asks at, as one form-encoded segment.
 * Never the query: Caddy hands on the client's own there, which would let clients say what is asked.
 */
function overrideOf(params: unknown): RouteOverride | undefined | 'unknown' {
  if (typeof params !== 'object' || params === null || !('route' in params)) return undefined
  const entries = [...new URLSearchParams(String(params.route))]
  const isKnown = ([name]: [string, string]) => overrideNames.some((known) => known === name)
  const isOnce = new Set(entries.map(([name]) => name)).size === entries.length
  return isOnce && entries.every(isKnown) ? Object.fromEntries(entries) : 'unknown'
}

function deny(reason: string, message: string): Passage {
  return { kind: 'deny', status: 403, reason, message }
}
