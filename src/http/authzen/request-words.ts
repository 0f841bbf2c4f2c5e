import type { DomainError } from '../../domain/errors.js'
import { invalid } from '../../domain/validation.js'
import { entities, type Parts } from './parts.js'

/** What the use cases call a field, and what it is called in a request. */
const names: readonly (readonly [RegExp, string])[] = [
  [/^api_key$/, 'subject.id'],
  [/^action$/, 'action.name'],
  [/^request\./, 'context.'],
  [/^resource\.attributes/, 'resource.properties'],
  [/^resource\.(organization_id|project_id|name|locality)$/, 'resource.properties.$1'],
  [/^type$/, 'resource.type'],
  [/^project_id$/, 'resource.properties.project_id'],
  [/^page_token$/, 'page.token'],
  [/^page_size$/, 'page.limit'],
]

/** A refusal of the use cases, about the fields as the caller wrote them. */
export function inRequestWords(error: DomainError, parts: Parts): DomainError {
  if (error.kind !== 'invalid') return error
  return invalid(error.violations.map((each) => ({ ...each, field: fieldOf(each.field, parts) })))
}

function fieldOf(field: string, parts: Parts): string {
  const [pattern, name = ''] = names.find(([each]) => each.test(field)) ?? []
  const named = pattern ? field.replace(pattern, name) : field
  const [word = ''] = /^[a-z]+/.exec(named) ?? []
  const entity = entities.find((each) => each === word)
  const part = entity && parts[entity]
  return part ? part.field + named.slice(word.length) : named
}
