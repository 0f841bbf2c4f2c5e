import type { DomainError, ErrorKind, Violation } from '../../domain/errors.js'
import { isWellFormedSecret } from '../../domain/secret.js'
import { toArgument } from './arguments.js'
import { quotumName } from './quotum.js'

/** What a client is told: a status, and a body whose `type` its errors are made from. */
export interface RestError {
  readonly status: number
  readonly body: {
    readonly type: string
    readonly message: string
    readonly [name: string]: unknown
  }
}

type Toer = (error: DomainError, secret: string) => RestError

/** The one table of kinds, statuses and bodies. */
const table: Readonly<Record<ErrorKind, Toer>> = {
  invalid: ({ violations, message }) => invalidArguments(400, { violations, message }),
  unauthenticated: denied,
  'permission-denied': forbidden,
  'not-found': ({ metadata }) => ({
    status: 404,
    body: { type: 'not_found', message: 'resource is not found', ...resourceOf(metadata) },
  }),
  'already-exists': ({ message, metadata }) => ({
    status: 409,
    body: {
      type: 'already_exists',
      message: 'resource already exists',
      ...resourceOf(metadata),
      help_message: message,
    },
  }),
  'failed-precondition': ({ reason, message }) => ({
    status: 412,
    body: {
      type: 'precondition_failed',
      message: 'precondition is not respected',
      precondition: reason.toLowerCase(),
      help_message: message,
    },
  }),
  expired: ({ message, metadata }) => ({
    status: 410,
    body: {
      type: 'expired',
      message: 'resource is expired',
      ...resourceOf(metadata),
      expired_since: metadata.expired_since ?? '',
      help_message: message,
    },
  }),
  aborted: ({ message, metadata }) => ({
    status: 409,
    body: {
      type: 'transient_state',
      message: 'resource is in a transient state',
      ...resourceOf(metadata),
      current_state: 'updating',
      help_message: message,
    },
  }),
  exhausted: ({ message, metadata }) => ({
    status: 429,
    body: {
      type: 'too_many_requests',
      message: 'too many requests',
      help_message: message,
      ...(metadata.limit !== undefined && { limit: { quota: Number(metadata.limit) } }),
      reset_seconds: 1,
    },
  }),
  'quota-exceeded': quotasExceeded,
  unavailable: (error) =>
    error.reason === 'STORAGE_FULL' ? outOfStock(error) : unavailable(error),
}

function unavailable({ message, reason }: DomainError): RestError {
  return { status: 503, body: { type: 'unavailable', message, reason: reason.toLowerCase() } }
}

/** The one thing here that runs out: room in the store. */
function outOfStock({ message }: DomainError): RestError {
  return {
    status: 503,
    body: {
      type: 'out_of_stock',
      message: 'resource is out of stock',
      resource: 'storage',
      help_message: message,
    },
  }
}

export function toRestError(error: DomainError, secret: string): RestError {
  return table[error.kind](error, secret)
}

export const internalError: RestError = {
  status: 500,
  body: { type: 'internal_error', message: 'internal error' },
}

export function invalidArguments(
  status: number,
  { violations, message }: { readonly violations: readonly Violation[]; readonly message: string },
): RestError {
  const details = violations.map(toArgument)
  return {
    status,
    body: {
      type: 'invalid_arguments',
      message: 'invalid argument(s)',
      details,
      ...(details.length === 0 && { help_message: message }),
    },
  }
}

export function notImplemented(what: string): RestError {
  return {
    status: 501,
    body: {
      type: 'not_implemented',
      message: 'not implemented',
      resource: what,
      help_message: `this server keeps no ${what}`,
    },
  }
}

export function noSuchRoute(method: string, path: string): RestError {
  const body = { message: 'resource is not found', resource: 'route' }
  return { status: 404, body: { type: 'not_found', ...body, resource_id: `${method} ${path}` } }
}

export function methodNotAllowed(methods: readonly string[]): RestError {
  const message = `this path knows ${methods.join(', ')} only`
  return { status: 405, body: { type: 'method_not_allowed', message } }
}

/** A key that was never one is told apart from one that nobody knows, as decisions tell them. */
function denied({ reason, message }: DomainError, secret: string): RestError {
  const unknown = isWellFormedSecret(secret) ? 'not_found' : 'invalid_argument'
  return {
    status: 401,
    body: {
      type: 'denied_authentication',
      message: 'authentication is denied',
      method: 'api_key',
      reason: reason === 'CREDENTIAL_EXPIRED' ? 'expired' : unknown,
      ...(reason === 'CREDENTIAL_MISSING' && { help_message: 'send the secret in X-Auth-Token' }),
      ...(reason === 'CREDENTIAL_AMBIGUOUS' && { help_message: message }),
    },
  }
}

function forbidden({ reason, message, metadata }: DomainError): RestError {
  if (reason === 'PRINCIPAL_LOCKED') {
    const body = { type: 'locked', message: 'resource is locked', ...resourceOf(metadata) }
    return { status: 423, body }
  }
  const [, resource = '', action = ''] = (metadata.permission ?? '').split(':')
  return {
    status: 403,
    body: {
      type: 'permissions_denied',
      message: 'insufficient permissions',
      details: resource === '' ? [] : [{ action, resource }],
      reason: reason.toLowerCase(),
      help_message: message,
    },
  }
}

function quotasExceeded({ excesses, message }: DomainError): RestError {
  const details = excesses.map(({ noun, quota, current, organizationId }) => ({
    resource: quotumName(noun),
    quota,
    current,
    organization_id: organizationId,
  }))
  return {
    status: 403,
    body: {
      type: 'quotas_exceeded',
      message: 'quota(s) exceeded',
      details,
      help_message: message,
    },
  }
}

/** This face has other words for some things. */
const nouns: Readonly<Record<string, string>> = { api_key: 'access_key', group_member: '' }

function resourceOf({ resource = '', resource_id = '' }: Readonly<Record<string, string>>) {
  return { resource: nouns[resource] ?? resource, resource_id }
}
