import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/**
 * Sends the refusal of a request that no route is for, in the form of its API: with methods, the path
 * is one, but for those alone; without, there is no such path.
 */
export type RefuseUnrouted = (
  request: FastifyRequest,
  reply: FastifyReply,
  methods: readonly string[],
) => unknown

/**
 * To be called before any route is added. Refuses before a body is read, which could be of any type:
 * it would have been refused for that instead.
 */
export function addUnrouted(app: FastifyInstance, refuse: RefuseUnrouted): void {
  const known: KnownPath[] = []
  app.addHook('onRoute', ({ method, url }) => {
    const segments = url.split('/')
    for (const each of [method].flat()) known.push({ method: each, segments })
  })
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done()
    const methods = methodsOf(known, pathOf(request).split('/'))
    if (methods.length > 0) reply.header('allow', methods.join(', '))
    refuse(request, reply, methods)
  })
}

interface KnownPath {
  readonly method: string
  /** As the framework has them: a variable begins with a colon. */
  readonly segments: readonly string[]
}

function methodsOf(known: readonly KnownPath[], path: readonly string[]): string[] {
  const found = known.filter(({ segments }) => isAlong(segments, path))
  return [...new Set(found.map(({ method }) => method))].sort()
}

function isAlong(segments: readonly string[], path: readonly string[]): boolean {
  if (segments.length !== path.length) return false
  return segments.every((segment, at) => segment.startsWith(':') || segment === path[at])
}

export function pathOf({ url }: { readonly url: string }): string {
  return url.split('?')[0] ?? url
}
