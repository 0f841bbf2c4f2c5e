import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

const acceptable = /^[A-Za-z0-9._:/+=-]{1,128}$/

interface RawRequest {
  readonly url?: string | undefined
  readonly headers: NodeJS.Dict<string | string[]>
}

/**
 * The caller's own id of the request, when it is fit to be repeated; otherwise a new one. Where
 * `isAnyFit` for the URL, any is: AuthZEN wants it as it was sent.
 */
export function requestId(
  { url = '', headers }: RawRequest,
  isAnyFit: (url: string) => boolean,
): string {
  const sent = headers['x-request-id']
  if (typeof sent !== 'string' || sent === '') return randomUUID()
  return acceptable.test(sent) || isAnyFit(url) ? sent : randomUUID()
}

/** Nothing here is for a browser to keep, frame, run or guess the type of. */
const security = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

/** The same as a list, for what is sent past the framework: names and values in turn. */
export const securityHeaders: readonly string[] = Object.entries(security).flat()

const named = Object.entries(security)

/**
 * Added as an answer is sent, where a route has not said otherwise: those that are asked at full
 * rate send their own, with `sendWhole`, and would pay for headers that are set and never used.
 */
export function addHeaders(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, _payload, done) => {
    setHeaders(request, reply)
    done()
  })
}

/** For what is refused before there is a route, and so without hooks. */
export function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  for (const [name, value] of named) if (!reply.hasHeader(name)) reply.header(name, value)
  if (!reply.hasHeader('x-request-id')) reply.header('x-request-id', request.id)
}
