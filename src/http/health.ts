import type { FastifyInstance } from 'fastify'
import type { HttpServerDeps } from './server.js'

/**
 * `/livez`: the process answers. `/readyz`: it should be asked, and if not, why. `/metrics`: what
 * Prometheus reads.
 */
export function addHealth(app: FastifyInstance, { readiness, metrics }: HttpServerDeps): void {
  app.get('/livez', async () => ({ status: 'alive' }))
  app.get('/readyz', async (_, reply) => {
    const { ready, reasons, degradations } = readiness()
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      reasons,
      degradations,
    })
  })
  app.get('/metrics', async (_, reply) => {
    const { type, text } = await metrics()
    return reply.type(type).send(text)
  })
}
