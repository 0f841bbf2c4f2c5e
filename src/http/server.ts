import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { Readiness } from '../service/readiness.js'
import { type AuthzenDeps, addAuthzen, isAuthzen } from './authzen/authzen.js'
import { addClosing } from './closing.js'
import { addForwardAuth, type ForwardAuthDeps } from './forward-auth/forward-auth.js'
import { addHeaders, requestId, setHeaders } from './headers.js'
import { addHealth } from './health.js'
import { collectOperations } from './openapi/document.js'
import { addOpenApi } from './openapi/openapi.js'
import { addRest, type RestDeps, refuseUnroutable } from './rest/rest.js'
import { addUnrouted, type RefuseUnrouted } from './unrouted.js'

export interface HttpServerDeps extends RestDeps, ForwardAuthDeps, AuthzenDeps {
  readonly version: string
  /** PEM; absent: clear text. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer; readonly clientCa?: Buffer }
  readiness(): Readiness
  metrics(): Promise<{ readonly type: string; readonly text: string }>
}

export interface HttpServer {
  /** Answers the address with the port that was chosen for port 0. */
  listen(host: string, port: number): Promise<string>
  /** Stops accepting, and lets requests under way end, but no longer than so many milliseconds. */
  close(graceMs: number): Promise<void>
}

const bodyBytesMax = 256 * 1024

/** Of one segment, decoded: what a proxy's route asks is one, with three ids and two long names. */
const segmentMax = 2_048

export function createHttpServer(deps: HttpServerDeps): HttpServer {
  const app = fastify({
    ...(deps.tls && { https: httpsOptions(deps.tls) }),
    bodyLimit: bodyBytesMax,
    connectionTimeout: 30_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 60_000,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: true,
    genReqId: (request) => requestId(request, isAuthzen),
    routerOptions: { maxParamLength: segmentMax },
    // What is refused before any route is found.
    frameworkErrors: (error, request, reply) => {
      setHeaders(request, reply)
      return refuseUnroutable(request, reply) ?? answerError(deps, { error, request, reply })
    },
  })
  const described = collectOperations(app)
  const closing = addClosing(app)
  addHeaders(app)
  addUnrouted(app, refuseUnrouted)
  addHealth(app, deps)
  addRest(app, deps)
  addForwardAuth(app, deps)
  addAuthzen(app, deps)
  addOpenApi(app, { described, version: deps.version })
  app.setErrorHandler((error, request, reply) => answerError(deps, { error, request, reply }))
  return {
    async listen(host, port) {
      await app.listen({ host, port })
      return addressOf(app, host)
    },
    close: (graceMs) => closing.close(graceMs),
  }
}

const refuseUnrouted: RefuseUnrouted = (request, reply, methods) =>
  refuseUnroutable(request, reply, methods) ??
  (methods.length === 0
    ? reply.code(404).send({ message: 'there is no such path', reason: 'NOT_FOUND' })
    : reply.code(405).send({
        message: `this path knows ${methods.join(', ')} only`,
        reason: 'METHOD_NOT_ALLOWED',
      }))

function httpsOptions({ cert, key, clientCa }: NonNullable<HttpServerDeps['tls']>) {
  if (!clientCa) return { cert, key }
  return { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true }
}

interface Failure {
  readonly error: unknown
  readonly request: { readonly url: string }
  readonly reply: FastifyReply
}

function answerError({ onBug }: HttpServerDeps, { error, request, reply }: Failure): unknown {
  const status = statusOf(error)
  if (status < 500) return reply.code(status).send({ message: (error as Error).message })
  onBug(error, new URL(request.url, 'http://host').pathname)
  return reply.code(500).send({ message: 'internal error' })
}

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500
  return typeof error.statusCode === 'number' ? error.statusCode : 500
}

function addressOf(app: FastifyInstance, host: string): string {
  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`
}
