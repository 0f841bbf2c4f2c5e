import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

const acceptable = /^[A-Za-z0-9._:/+=-]{1,128}$/

/** The caller's own id of the request, when it is fit to be repeated; otherwise a new one. */
export function requestId({ headers }: { readonly headers: NodeJS.Dict<string | string[]> }) {
  const sent = headers['x-request-id']
  return typeof sent === 'string' && acceptable.test(sent) ? sent : randomUUID()
}

/** Nothing here is for a browser to keep, frame, run or guess the type of. */
const security = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

export function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(security).header('x-request-id', request.id)
    done()
  })
}
