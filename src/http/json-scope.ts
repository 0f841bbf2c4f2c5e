import type { FastifyInstance } from 'fastify'

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
