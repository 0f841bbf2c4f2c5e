/** JSON Schema, as OpenAPI 3.1 has it. */
type Schema = { readonly [keyword: string]: unknown }

const text: Schema = { type: 'string' }
const map: Schema = { type: 'object', additionalProperties: true }

function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` }
}

/** Members that are not named are ignored, so that none is forbidden. */
function object(properties: Readonly<Record<string, Schema>>, required: readonly string[]): Schema {
  return { type: 'object', properties, ...(required.length > 0 && { required }) }
}

function entity(id: Schema, properties: Schema): Schema {
  return object({ type: text, id, properties }, ['type', 'id'])
}

/** What is looked for has a type; an id is ignored. */
function searched(properties: Readonly<Record<string, Schema>>): Schema {
  return object(properties, ['type'])
}

function found(name: string): Schema {
  const page = object({ next_token: text }, ['next_token'])
  const results = { type: 'array', items: ref(name) }
  return object({ results, page, context: map }, ['results', 'page'])
}

const resourceProperties: Schema = {
  type: 'object',
  properties: { organization_id: text, project_id: text, name: text, locality: text },
  additionalProperties: true,
  description: 'What is not named here is an attribute, for conditions to read.',
}

const context: Schema = {
  type: 'object',
  properties: { ip: text, user_agent: text },
  additionalProperties: true,
}

const entities = {
  subject: ref('AccessSubject'),
  action: ref('AccessAction'),
  resource: ref('AccessResource'),
  context: ref('AccessContext'),
}

const violation = object({ field: text, reason: text, description: text }, ['field', 'description'])

export const authzenSchemas: Readonly<Record<string, Schema>> = {
  AccessSubject: entity(
    { type: 'string', description: 'Of an `api_key`: the secret itself.' },
    { ...map, description: 'Ignored: what is true of a principal is what the server knows.' },
  ),
  AccessAction: object({ name: text, properties: map }, ['name']),
  AccessResource: entity(text, resourceProperties),
  AccessContext: context,
  AccessEvaluationRequest: object(entities, ['subject', 'action', 'resource']),
  AccessEvaluationsRequest: object(
    {
      ...entities,
      evaluations: { type: 'array', maxItems: 1_000, items: object(entities, []) },
      options: object(
        {
          evaluations_semantic: {
            enum: ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'],
          },
        },
        [],
      ),
    },
    [],
  ),
  AccessPage: object({ token: text, limit: { type: 'integer', minimum: 0 }, properties: map }, []),
  SubjectSearchRequest: object(
    { ...entities, subject: searched({ type: text }), page: ref('AccessPage') },
    ['subject', 'action', 'resource'],
  ),
  ResourceSearchRequest: object(
    {
      ...entities,
      resource: searched({ type: text, properties: resourceProperties }),
      page: ref('AccessPage'),
    },
    ['subject', 'action', 'resource'],
  ),
  ActionSearchRequest: object(
    {
      subject: entities.subject,
      resource: entities.resource,
      context: entities.context,
      page: ref('AccessPage'),
    },
    ['subject', 'resource'],
  ),
  SubjectSearchAnswer: found('AccessSubject'),
  ResourceSearchAnswer: found('AccessResource'),
  ActionSearchAnswer: found('AccessAction'),
  AccessDecision: object({ decision: { type: 'boolean' }, context: map }, ['decision']),
  AccessEvaluationsAnswer: {
    anyOf: [
      object({ evaluations: { type: 'array', items: ref('AccessDecision') } }, ['evaluations']),
      ref('AccessDecision'),
    ],
  },
  AccessError: object(
    { message: text, reason: text, violations: { type: 'array', items: violation } },
    ['message', 'reason'],
  ),
  AccessMetadata: object(
    {
      policy_decision_point: text,
      access_evaluation_endpoint: text,
      access_evaluations_endpoint: text,
      search_subject_endpoint: text,
      search_resource_endpoint: text,
      search_action_endpoint: text,
    },
    ['policy_decision_point', 'access_evaluation_endpoint'],
  ),
}
