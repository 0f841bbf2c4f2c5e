import type { Writable } from 'node:stream'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { DomainError, type ErrorKind } from '../domain/errors.js'
import { excessText, type QuotaExcess } from '../domain/quota.js'
import { Status } from '../wire/grpc/status.js'
import { BadRequest, ErrorInfo, QuotaFailure, RetryInfo } from './gen/google/rpc/error_details.js'
import { Status as RpcStatus } from './gen/google/rpc/status.js'

/** The one table of kinds and codes. */
const codes: Readonly<Record<ErrorKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  'permission-denied': status.PERMISSION_DENIED,
  'not-found': status.NOT_FOUND,
  'already-exists': status.ALREADY_EXISTS,
  'failed-precondition': status.FAILED_PRECONDITION,
  expired: status.FAILED_PRECONDITION,
  aborted: status.ABORTED,
  exhausted: status.RESOURCE_EXHAUSTED,
  'quota-exceeded': status.RESOURCE_EXHAUSTED,
  unavailable: status.UNAVAILABLE,
}

/** The `domain` of every ErrorInfo. */
export const errorDomain = 'postern'

/** Where the details of an error are sent. */
export const detailsHeader = 'grpc-status-details-bin'

const retryAfterMs = 200

export function codeOf(error: DomainError): status {
  return codes[error.kind]
}

/** The same code in the words of our own transport. */
export function toStatus(code: status | undefined): Status {
  return Object.values(Status).find((known) => known === code) ?? Status.unknown
}

/** What the caller is told. A bug says that it is one, and nothing more. */
export function toServiceError(error: unknown): Partial<ServiceError> {
  if (!(error instanceof DomainError)) {
    return { code: status.INTERNAL, details: 'internal error' }
  }
  const code = codeOf(error)
  const metadata = new Metadata()
  metadata.set(detailsHeader, statusDetails(code, error))
  return { code, details: error.message, metadata }
}

/**
 * Ends a streaming call of @grpc/grpc-js. It waits for its own end to send the status, which never
 * comes for one that is destroyed.
 */
export function endWith(call: Writable, error: unknown): void {
  const told = toServiceError(error)
  call.emit('error', Object.assign(new Error(told.details), told))
}

function statusDetails(code: status, error: DomainError): Buffer {
  const { reason, metadata, violations, excesses } = error
  const details = [
    any('ErrorInfo', ErrorInfo.encode({ reason, domain: errorDomain, metadata }).finish()),
  ]
  if (violations.length > 0) {
    const badRequest = BadRequest.encode({ fieldViolations: violations.map((v) => ({ ...v })) })
    details.push(any('BadRequest', badRequest.finish()))
  }
  if (excesses.length > 0) {
    const quotaFailure = QuotaFailure.encode({ violations: excesses.map(toQuotaViolation) })
    details.push(any('QuotaFailure', quotaFailure.finish()))
  }
  if (error.kind === 'unavailable' || error.kind === 'exhausted') {
    const retryDelay = { seconds: 0n, nanos: retryAfterMs * 1_000_000 }
    details.push(any('RetryInfo', RetryInfo.encode({ retryDelay }).finish()))
  }
  return Buffer.from(RpcStatus.encode({ code, message: error.message, details }).finish())
}

function toQuotaViolation(excess: QuotaExcess) {
  return { subject: `organization:${excess.organizationId}`, description: excessText(excess) }
}

function any(name: string, value: Uint8Array) {
  return { typeUrl: `type.googleapis.com/google.rpc.${name}`, value: Buffer.from(value) }
}
