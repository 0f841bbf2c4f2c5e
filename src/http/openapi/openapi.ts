import type { FastifyInstance } from 'fastify'
import { authzenSchemas } from '../authzen/schemas.js'
import { forwardAuthSchemas } from '../forward-auth/describe.js'
import { restSchemas } from '../rest/shapes.js'
import { type Described, openApiDocument } from './document.js'
import { docsPage } from './page.js'

const schemas = { ...restSchemas, ...authzenSchemas, ...forwardAuthSchemas }

/** The API's description: for programs at `/openapi.json`, for people at `/docs`. */
export function addOpenApi(
  app: FastifyInstance,
  { described, version }: { readonly described: readonly Described[]; readonly version: string },
): void {
  app.get('/openapi.json', { config: { openapi: itself } }, async (_, reply) =>
    reply.send(openApiDocument(described, { version, schemas })),
  )
  app.get('/docs', { config: { openapi: page } }, async (_, reply) => {
    // The page has a style of its own, and nothing else.
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return reply.type('text/html; charset=utf-8').send(docsPage(described, version))
  })
}

const itself = {
  operationId: 'GetOpenApi',
  summary: 'This description',
  tags: ['server'],
  responses: { '200': { description: 'An OpenAPI 3.1 document' } },
}

const page = {
  operationId: 'GetDocs',
  summary: 'This description, as a page',
  tags: ['server'],
  responses: { '200': { description: 'A page' } },
}
