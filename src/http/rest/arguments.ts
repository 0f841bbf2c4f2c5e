import type { Violation } from '../../domain/errors.js'

/** One wrong argument, in the words of this face. */
export interface Argument {
  readonly argument_name: string
  readonly reason: 'required' | 'format' | 'constraint' | 'unknown'
  readonly help_message: string
}

export function toArgument({ field, reason, description }: Violation): Argument {
  return { argument_name: toName(field), reason: toReason(reason), help_message: description }
}

/** Fields whose name in the use cases is another one. */
const names: Readonly<Record<string, string>> = {
  '': 'body',
  expire_time: 'expires_at',
  external_id: 'username',
  display_name: 'last_name',
  api_key_ttl_max: 'max_api_key_expiration_duration',
}

/** `group.name` is `name`, but `group.id` is `group_id`. */
function toName(field: string): string {
  const id = /^([a-z_]+)\.id$/.exec(field)
  if (id) return `${id[1]}_id`
  const name = field
    .replace(/^(organization|project|user|application|group|policy|api_key)\./, '')
    .replace('.projects.project_ids', '.project_ids')
  return names[name] ?? name
}

function toReason(reason: string): Argument['reason'] {
  switch (reason) {
    case 'REQUIRED':
      return 'required'
    case 'FORMAT':
    case 'CONDITION_SYNTAX':
      return 'format'
    case 'UNKNOWN':
      return 'unknown'
    default:
      return 'constraint'
  }
}
