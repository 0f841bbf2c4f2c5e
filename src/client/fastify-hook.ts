import type { IncomingMessage } from 'node:http'
import type { Answer } from './client.js'
import { guard } from './guard.js'
import { type HttpMiddlewareOptions, questionOf } from './http-middleware.js'

/** As much of Fastify's request as is looked at. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage
}

/** As much of Fastify's reply as is used. */
export interface FastifyReplyLike {
  code(status: number): unknown
  header(name: string, value: string): unknown
  send(payload: unknown): unknown
}

/** A request that was let through, and by which answer. */
export interface GuardedFastifyRequest extends FastifyRequestLike {
  postern?: Answer
}

/**
 * For `fastify.addHook('onRequest', …)`, or the same option of a route: handlers see only requests
 * that are allowed. All others are answered through Fastify, so that its own hooks see them end.
 */
export function posternFastifyHook({ client, toQuestion }: HttpMiddlewareOptions) {
  return async (request: GuardedFastifyRequest, reply: FastifyReplyLike): Promise<unknown> => {
    const verdict = await guard(client, questionOf(request.raw, toQuestion))
    if (verdict.outcome === 'allowed') {
      request.postern = verdict.answer
      return undefined
    }
    reply.code(verdict.status)
    if (verdict.status === 401) reply.header('www-authenticate', 'Bearer')
    // Answering the reply tells Fastify to wait for nothing else.
    return reply.send({ message: verdict.message })
  }
}
