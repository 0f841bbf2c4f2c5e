import type { FastifyInstance } from 'fastify'
import type { Operation } from './openapi/document.js'
import type { HttpServerDeps } from './server.js'

/**
 * `/livez`: the process answers. `/readyz`: it should be asked, and if not, why. `/metrics`: what
 * Prometheus reads.
 */
export function addHealth(
  app: FastifyInstance,
  { readiness, metrics }: Pick<HttpServerDeps, 'readiness' | 'metrics'>,
): void {
  app.get('/livez', described('GetLiveness', 'Whether the process answers'), async () => ({
    status: 'alive',
  }))
  app.get('/readyz', described('GetReadiness', 'Whether it should be asked'), async (_, reply) => {
    const { ready, reasons, degradations } = readiness()
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      reasons,
      degradations,
    })
  })
  app.get('/metrics', described('GetMetrics', 'What Prometheus reads'), async (_, reply) => {
    const { type, text } = await metrics()
    return reply.type(type).send(text)
  })
}

function described(operationId: string, summary: string): { config: { openapi: Operation } } {
  const responses = { '200': { description: summary } }
  return { config: { openapi: { operationId, summary, tags: ['server'], responses } } }
}
