import type { FastifyInstance } from 'fastify'

type Schema = { readonly [keyword: string]: unknown }

/** An Operation Object of OpenAPI 3.1. */
export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the API's description says of the route; absent: it is not part of the API. */
    openapi?: Operation
  }
}

export interface Described {
  readonly method: string
  /** As OpenAPI writes it. */
  readonly path: string
  readonly operation: Operation
}

/** Collects what is said of every route that is added after it. */
export function collectOperations(app: FastifyInstance): readonly Described[] {
  const found: Described[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    const operation = config?.openapi
    if (!operation) return
    // What answers HEAD is what answers GET, and not an operation of its own.
    for (const each of [method].flat().filter((name) => name !== 'HEAD')) {
      const path = url.replace(/:(\w+)/g, '{$1}')
      found.push({ method: each.toLowerCase(), path, operation })
    }
  })
  return found
}

export function openApiDocument(
  described: readonly Described[],
  {
    version,
    schemas,
  }: { readonly version: string; readonly schemas: Readonly<Record<string, Schema>> },
): object {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const { method, path, operation } of described) {
    paths[path] = { ...paths[path], [method]: operation }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postern',
      version,
      description: 'Self-hosted IAM decision service. Decisions at full rate are over gRPC.',
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  }
}
