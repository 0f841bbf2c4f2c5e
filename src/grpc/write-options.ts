import type { Metadata } from '@grpc/grpc-js'
import { DomainError } from '../domain/errors.js'

/** What a caller asks of a write besides the write itself. */
export interface WriteOptions {
  /** Under which the write can be sent again without being done again. */
  readonly idempotencyKey?: string
  /** Answer only once no server decides from before the write. */
  readonly whenEffective: boolean
}

export const idempotencyKeyHeader = 'idempotency-key'
export const replyWhenHeader = 'postern-reply-when'

/** Throws `invalid` for values that are none: a wish that is not understood must not be ignored. */
export function writeOptionsOf(metadata: Metadata): WriteOptions {
  const idempotencyKey = readOne(metadata, idempotencyKeyHeader)
  if (idempotencyKey !== undefined && !/^[\x21-\x7e]{1,128}$/.test(idempotencyKey)) {
    throw refused(idempotencyKeyHeader, 'FORMAT', 'must be 1 to 128 printable ASCII characters')
  }
  const replyWhen = readOne(metadata, replyWhenHeader)
  if (replyWhen !== undefined && replyWhen !== 'effective') {
    throw refused(replyWhenHeader, 'UNKNOWN', 'must be `effective`, or absent')
  }
  return {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    whenEffective: replyWhen !== undefined,
  }
}

function readOne(metadata: Metadata, header: string): string | undefined {
  const values = metadata.get(header)
  if (values.length > 1) throw refused(header, 'DUPLICATE', 'must be sent once')
  const [value] = values
  return value === undefined ? undefined : String(value)
}

export function refused(field: string, reason: string, description: string): DomainError {
  return new DomainError('invalid', {
    reason: 'INVALID_ARGUMENT',
    message: `${field}: ${description}`,
    violations: [{ field, reason, description }],
  })
}
