import type { Outcome } from '../../../src/domain/corpus.js'
import type { Violation } from '../../../src/domain/errors.js'
import type { RawQuestion } from '../../../src/domain/question.js'
import { resourcePropertyNames } from '../../../src/domain/registered-resource.js'
import type { Door, Posed, Reason } from './door.js'

/** `POST /access/v1/evaluation`, which names whom it asks about. */
export const authzenDoor: Door = {
  name: 'AuthZEN',
  unsaid({ raw }) {
    const { context, resource } = raw
    const attributes = resource?.attributes
    if (hasOneOf(context, ['ip', 'user_agent'])) return 'its context has words for the request'
    if (hasOneOf(attributes, resourcePropertyNames))
      return 'its attributes have words for the resource'
    const isHidden =
      (!isMap(attributes) && saysPlace(resource)) || (!isMap(context) && saysOrigin(raw.request))
    return isHidden ? 'what is no map stands where more must be said' : undefined
  },
  async ask(system, posed) {
    const isNamed = posed.asker.kind === 'principal'
    const answer = await fetch(`http://${system.system.httpAddress}/access/v1/evaluation`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(isNamed && { authorization: `Bearer ${posed.administratorKey}` }),
      },
      body: JSON.stringify(toRequest(posed)),
    })
    return toOutcome(answer.status, await answer.json())
  },
  expected(expected) {
    if (expected.kind === 'decision') return expected
    return { kind: 'invalid', field: fieldOf(expected.field) }
  },
}

function isMap(value: unknown): boolean {
  return value === undefined || (typeof value === 'object' && !Array.isArray(value))
}

function hasOneOf(value: unknown, names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.some((name) => name in value)
}

function saysPlace(resource: RawQuestion['resource']): boolean {
  const { organizationId, projectId, name, locality } = resource ?? {}
  return Boolean(organizationId || projectId || name || locality)
}

function saysOrigin(request: RawQuestion['request']): boolean {
  return Boolean(request?.ip || request?.userAgent)
}

function toRequest({ raw, asker }: Posed): object {
  const { action, resource, request, context } = raw
  const facts = given({ ip: request?.ip, user_agent: request?.userAgent })
  return {
    subject: toSubject(asker),
    action: { name: action },
    ...(resource && { resource: toResource(resource) }),
    context: isMap(context) ? { ...(context as object), ...facts } : context,
  }
}

function toSubject(asker: Posed['asker']): object {
  if (asker.kind === 'secret') return { type: 'api_key', id: asker.secret }
  const { $case, value } = asker.bearer
  return { type: $case === 'userId' ? 'user' : 'application', id: value }
}

function toResource(resource: NonNullable<RawQuestion['resource']>): object {
  const { type, id, organizationId, projectId, name, locality, attributes } = resource
  const known = given({ organization_id: organizationId, project_id: projectId, name, locality })
  const properties = Array.isArray(attributes)
    ? attributes
    : { ...(attributes as object), ...known }
  return { type, id, properties }
}

function given(texts: Readonly<Record<string, string | undefined>>): object {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text))
}

function toOutcome(status: number, body: unknown): Outcome {
  if (status === 400) {
    const { violations } = body as { violations: { field: string }[] }
    return { kind: 'invalid', field: violations[0]?.field ?? '' }
  }
  const { decision, context } = body as {
    decision: boolean
    context: { reason: Reason | 'QUESTION_INVALID'; policy_name?: string; violations?: Violation[] }
  }
  // What has the form of a question and can be none is a no, which says so.
  if (context.reason === 'QUESTION_INVALID') {
    return { kind: 'invalid', field: decision ? '' : (context.violations?.[0]?.field ?? '') }
  }
  const effect = decision ? 'allow' : 'deny'
  return { kind: 'decision', effect, reason: context.reason, policy: context.policy_name ?? '' }
}

const fields: readonly (readonly [RegExp, string])[] = [
  [/^api_key$/, 'subject.id'],
  [/^action$/, 'action.name'],
  [/^request\./, 'context.'],
  [/^resource\.attributes/, 'resource.properties'],
  [/^resource\.(?=(organization_id|project_id|name|locality)$)/, 'resource.properties.'],
]

function fieldOf(field: string): string {
  return fields.reduce((text, [pattern, name]) => text.replace(pattern, name), field)
}
