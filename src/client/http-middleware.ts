import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, PosternClient, Question } from './client.js'
import { guard, keyOf } from './guard.js'

export interface HttpMiddlewareOptions {
  readonly client: Pick<PosternClient, 'authorize'>
  /** What the request wants to do. The key and the address are filled in. */
  toQuestion(request: IncomingMessage): Pick<Question, 'action' | 'resource' | 'context'>
}

/** A request that was let through, and by which answer. */
export interface GuardedRequest extends IncomingMessage {
  postern?: Answer
}

/**
 * For node:http, Express and whatever else takes `(request, response, next)`: calls `next` for
 * requests that are allowed, and answers all others itself.
 */
export function posternMiddleware({ client, toQuestion }: HttpMiddlewareOptions) {
  return async (
    request: GuardedRequest,
    response: ServerResponse,
    next: () => unknown,
  ): Promise<void> => {
    const verdict = await guard(client, questionOf(request, toQuestion))
    if (verdict.outcome === 'allowed') {
      request.postern = verdict.answer
      next()
      return
    }
    response.statusCode = verdict.status
    if (verdict.status === 401) response.setHeader('www-authenticate', 'Bearer')
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ message: verdict.message }))
  }
}

/** A request that cannot be said as a question is one that nobody may make. */
export function questionOf(
  request: IncomingMessage,
  toQuestion: HttpMiddlewareOptions['toQuestion'],
): Question | undefined {
  try {
    return {
      ...toQuestion(request),
      // Node keeps only the first of two such headers where it joins them.
      apiKey: keyOf(request.headersDistinct.authorization),
      request: {
        ip: (request.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, ''),
        userAgent: request.headers['user-agent'] ?? '',
      },
    }
  } catch {
    return undefined
  }
}
