import { excessText, type QuotaExcess } from './quota.js'

/** What a refusal is about. Every face maps kinds to its own codes in one table. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'permission-denied'
  | 'not-found'
  | 'already-exists'
  | 'failed-precondition'
  | 'expired'
  | 'aborted'
  | 'exhausted'
  | 'quota-exceeded'
  | 'unavailable'

/** One thing wrong with one field: `field` is a path as the caller wrote it (`rules[0].condition`). */
export interface Violation {
  readonly field: string
  /** Machine-readable: REQUIRED, FORMAT, TOO_LONG, TOO_MANY, UNKNOWN, CONSTRAINT … */
  readonly reason: string
  /** Says what would be right. */
  readonly description: string
}

export interface ErrorDetails {
  /** UPPER_SNAKE_CASE, stable, what programs switch on. */
  readonly reason: string
  readonly message: string
  readonly violations?: readonly Violation[]
  readonly excesses?: readonly QuotaExcess[]
  /** Facts a program may want: the missing permission, the resource's id. Never a secret. */
  readonly metadata?: Readonly<Record<string, string>>
  readonly cause?: unknown
}

/** A refusal, safe to show to the caller. Anything else that is thrown is a bug. */
export class DomainError extends Error {
  readonly kind: ErrorKind
  readonly reason: string
  readonly violations: readonly Violation[]
  readonly excesses: readonly QuotaExcess[]
  readonly metadata: Readonly<Record<string, string>>

  constructor(kind: ErrorKind, details: ErrorDetails) {
    const { stackTraceLimit } = Error
    // Nobody looks for the place where a question was found malformed, and a thousand may be in a batch:
    // to note where each was takes several times as long as to find out.
    if (kind === 'invalid') Error.stackTraceLimit = 0
    super(details.message, { cause: details.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'DomainError'
    this.kind = kind
    this.reason = details.reason
    this.violations = details.violations ?? []
    this.excesses = details.excesses ?? []
    this.metadata = details.metadata ?? {}
  }
}

/** `resource` is the noun as the API names it: `group`, `api_key`. */
export function notFound(resource: string, id: string): DomainError {
  return new DomainError('not-found', {
    reason: 'NOT_FOUND',
    message: `${resource} \`${id}\` not found`,
    metadata: { resource, resource_id: id },
  })
}

/** `field` is the one whose value is taken, where it is a single one: `id`, `name` … */
export function alreadyExists(
  resource: string,
  id: string,
  { message, field }: { readonly message: string; readonly field?: string },
): DomainError {
  return new DomainError('already-exists', {
    reason: 'ALREADY_EXISTS',
    message,
    metadata: { resource, resource_id: id, ...(field !== undefined && { field }) },
  })
}

export function failedPrecondition(reason: string, message: string): DomainError {
  return new DomainError('failed-precondition', { reason, message })
}

export function permissionDenied(
  reason: string,
  message: string,
  metadata?: Readonly<Record<string, string>>,
): DomainError {
  return new DomainError('permission-denied', {
    reason,
    message,
    ...(metadata ? { metadata } : {}),
  })
}

/** `excesses` are all that the write would exceed; there is at least one. */
export function quotaExceeded(excesses: readonly [QuotaExcess, ...QuotaExcess[]]): DomainError {
  const [{ noun, organizationId, quota, current }] = excesses
  return new DomainError('quota-exceeded', {
    reason: 'QUOTA_EXCEEDED',
    message: excesses.map(excessText).join('; '),
    excesses,
    metadata: {
      resource: noun,
      quota: String(quota),
      current: String(current),
      organization_id: organizationId,
    },
  })
}
