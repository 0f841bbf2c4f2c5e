import type { Operation as Described } from '../openapi/document.js'
import type { Operation } from './operations.js'

/** What the API's description says of an operation; see `openapi/document.ts`. */
export function describeOperation(
  { id, summary, request, answer }: Operation,
  isOfTenant: boolean,
): Described {
  return {
    ...placed({ id, summary }, isOfTenant),
    security: [{ bearer: [] }],
    requestBody: { required: true, content: json(request) },
    responses: {
      '200': { description: 'The answer; a no is one, too', content: json(answer) },
      default: { description: 'A refusal', content: json('AccessError') },
    },
  }
}

export function describeMetadata(isOfTenant: boolean): Described {
  return {
    ...placed({ id: 'GetAccessMetadata', summary: 'Where the operations are' }, isOfTenant),
    responses: { '200': { description: 'The metadata', content: json('AccessMetadata') } },
  }
}

function placed({ id, summary }: { id: string; summary: string }, isOfTenant: boolean) {
  const tags = ['authzen']
  if (!isOfTenant) return { operationId: id, summary, tags }
  const parameter = { name: 'organization_id', in: 'path', required: true, schema: organizationId }
  return {
    operationId: `${id}InOrganization`,
    summary: `${summary}, of one organization`,
    tags,
    parameters: [parameter],
  }
}

const organizationId = { type: 'string', format: 'uuid' }

function json(name: string) {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } }
}
