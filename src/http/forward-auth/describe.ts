import { overrideNames } from '../../domain/route/route-parser.js'
import type { Operation } from '../openapi/document.js'

const headers = {
  'X-Forwarded-Method': 'The method of the request',
  'X-Forwarded-Uri': 'Its path and query, as the client sent them',
  'X-Forwarded-Host': 'Its host',
  'X-Forwarded-For': 'Addresses; the last one is the client',
  'Postern-Proxy-Key': 'Of the proxy, when it is on another machine',
} as const

const required: readonly string[] = ['X-Forwarded-Method', 'X-Forwarded-Uri']

const parameters = Object.entries(headers).map(([name, description]) => ({
  name,
  in: 'header',
  required: required.includes(name),
  description,
  schema: { type: 'string' },
}))

/** What the API's description says of the question of a proxy; see `openapi/document.ts`. */
export const forwardAuth: Operation = {
  operationId: 'ForwardAuth',
  summary: 'Ask whether a request may pass, for a proxy that holds it',
  tags: ['forward-auth'],
  // The client's own, which the proxy hands on.
  security: [{ bearer: [] }, { token: [] }],
  parameters,
  responses: {
    '200': { description: 'It may pass; headers tell who sent it' },
    '401': refusal('It may not: no key, a bad one, or two'),
    '403': refusal('It may not'),
    '503': refusal('Not known: it must not pass'),
  },
}

export const forwardAuthOfRoute: Operation = {
  ...forwardAuth,
  operationId: 'ForwardAuthOfRoute',
  summary: 'The same, where the route of the proxy says what is asked',
  parameters: [
    {
      name: 'route',
      in: 'path',
      required: true,
      description: `Form-encoded: ${overrideNames.join(', ')}`,
      schema: { type: 'string' },
    },
    ...parameters,
  ],
}

function refusal(description: string) {
  const schema = { $ref: '#/components/schemas/Refusal' }
  return { description, content: { 'application/json': { schema } } }
}

export const forwardAuthSchemas = {
  Refusal: {
    type: 'object',
    required: ['reason', 'message'],
    properties: { reason: { type: 'string' }, message: { type: 'string' } },
  },
}
