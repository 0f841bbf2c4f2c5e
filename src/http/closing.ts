import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** Whether each answer is its connection's last. */
    isClosing(): boolean
  }
}

const lookEveryMs = 50

/** How a server stops: every request that was begun is answered, and no connection outlives that. */
export interface Closing {
  /** Stops accepting; what is not answered when the grace is over is cut off. */
  close(graceMs: number): Promise<void>
}

/**
 * Clients are told with an answer that its connection ends; one that comes free without having been
 * told is closed soon after, instead of being kept for requests that could only be turned away.
 */
export function addClosing(app: FastifyInstance): Closing {
  let isClosing = false
  app.decorate('isClosing', () => isClosing)
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close')
    done()
  })
  return {
    async close(graceMs) {
      isClosing = true
      const { server } = app
      const idle = setInterval(() => server.closeIdleConnections(), lookEveryMs)
      const all = setTimeout(() => server.closeAllConnections(), graceMs)
      try {
        await app.close()
      } finally {
        clearInterval(idle)
        clearTimeout(all)
      }
    },
  }
}
