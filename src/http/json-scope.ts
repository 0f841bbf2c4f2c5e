import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Bodies are JSON and nothing else; without one, `body` is `undefined`. */
export function readJson(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (_request, text: string, done) => {
      if (text === '') return done(null, undefined)
      try {
        done(null, JSON.parse(text))
      } catch {
        done(Object.assign(new Error('body: must be JSON'), { statusCode: 400 }))
      }
    },
  )
}

/** The caller's id of its request as it was sent, whatever it looks like. */
export function echoRequestId(scope: FastifyInstance): void {
  scope.addHook('onSend', (request, reply, _payload, done) => {
    const sent = sentRequestId(request)
    if (sent !== undefined) reply.header('x-request-id', sent)
    done()
  })
}

/** `undefined`: none was sent. */
export function sentRequestId({ headers }: FastifyRequest): string | undefined {
  const sent = headers['x-request-id']
  return typeof sent === 'string' && sent !== '' ? sent : undefined
}
