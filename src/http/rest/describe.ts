import type { Operation } from '../openapi/document.js'
import { arrays, flags, numbers } from './parameters.js'
import { properties, type Schema } from './properties.js'
import type { Route } from './route.js'

/** What the API's description says of a route; see `openapi/document.ts`. */
export function describeRoute(route: Route): Operation {
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [tagOf(route.path)],
    security: [{ token: [] }],
    parameters: [...pathParameters(route.path), ...(route.query ?? []).map(queryParameter)],
    ...(route.body && {
      requestBody: { required: true, content: json(bodySchema(route.body)) },
    }),
    responses: {
      ...(route.answer === undefined
        ? { '204': { description: 'Done' } }
        : { '200': { description: 'The answer', content: json(ref(route.answer)) } }),
      default: { description: 'A refusal', content: json(ref('Error')) },
    },
  }
}

function tagOf(path: string): string {
  return path.split('/')[3] ?? 'other'
}

function pathParameters(path: string) {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameter(name: string) {
  return { name, in: 'query', required: false, schema: parameterSchema(name) }
}

function parameterSchema(name: string): Schema {
  if (arrays.has(name)) return { type: 'array', items: { type: 'string' } }
  if (flags.has(name)) return { type: 'boolean' }
  const [min, max] = numbers[name] ?? []
  if (min !== undefined) return { type: 'integer', minimum: min, maximum: max }
  return { type: 'string' }
}

function bodySchema(names: readonly string[]): Schema {
  const members = names.map((name) => name.replace('*', ''))
  const required = names.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1))
  return {
    type: 'object',
    properties: Object.fromEntries(members.map((name) => [name, properties[name] ?? {}])),
    ...(required.length > 0 && { required }),
  }
}

export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

function json(schema: Schema) {
  return { 'application/json': { schema } }
}
