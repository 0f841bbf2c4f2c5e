import type { RawResource } from '../../domain/question.js'

/** One permission as a question has it. */
export interface PlainPermission {
  readonly action: string
  readonly resource: RawResource
}

/**
 * Reads a body that asks for one permission and is of the plain kind, which nearly all are: only
 * texts, and not two scopes. Answers `undefined` for any other, good or not, which is for the general
 * reader: there is one truth about what is good, and this is only the quick way to it. `body` is what
 * JSON was decoded to.
 */
export function readPlainPermission(body: unknown): PlainPermission | undefined {
  if (!isMembers(body)) return undefined
  const { permissions } = body
  if (!Array.isArray(permissions) || permissions.length !== 1) return undefined
  const permission: unknown = permissions[0]
  if (!isMembers(permission)) return undefined
  const { service, name, action, project_id = '', organization_id = '' } = permission
  if (!isGiven(service) || !isGiven(name) || !isGiven(action)) return undefined
  if (typeof project_id !== 'string' || typeof organization_id !== 'string') return undefined
  if (project_id !== '' && organization_id !== '') return undefined
  return {
    action: `${service}:${name}:${action}`,
    resource: {
      organizationId: organization_id,
      projectId: project_id,
      type: '',
      id: '',
      name: '',
      locality: '',
      attributes: undefined,
    },
  }
}

type Members = { readonly [name: string]: unknown }

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isGiven(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
