import { type ServiceError, status } from '@grpc/grpc-js'
import { BadRequest, ErrorInfo } from '../grpc/gen/google/rpc/error_details.js'
import { Status } from '../grpc/gen/google/rpc/status.js'
import type { QuestionError } from '../grpc/gen/postern/v1/authorization.js'

export interface FieldViolation {
  readonly field: string
  readonly reason: string
  readonly description: string
}

/**
 * The answer is not known: nobody may be let through on it. `code` is gRPC's, `reason` Postern's;
 * empty when the server was not reached.
 */
export class PosternError extends Error {
  override readonly name = 'PosternError'
  readonly code: number
  readonly reason: string
  readonly violations: readonly FieldViolation[]

  constructor(
    message: string,
    details: {
      readonly code: number
      readonly reason?: string
      readonly violations?: readonly FieldViolation[]
      readonly cause?: unknown
    },
  ) {
    super(message, { cause: details.cause })
    this.code = details.code
    this.reason = details.reason ?? ''
    this.violations = details.violations ?? []
  }

  /** Whether the same question may be answered in a moment. */
  get isRetryable(): boolean {
    const { UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED } = status
    return [UNAVAILABLE, RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED].some((code) => code === this.code)
  }
}

export function fromServiceError(error: ServiceError): PosternError {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? []
  const { code, details: message } = error
  return new PosternError(message, { code, ...detailsOf(bytes), cause: error })
}

export function fromQuestionError(error: QuestionError): PosternError {
  const { code, reason, message, violations } = error
  return new PosternError(message, { code, reason, violations })
}

/** Details that cannot be read are none: the code says enough not to let anybody through. */
function detailsOf(bytes: unknown): Pick<PosternError, 'reason' | 'violations'> {
  const none = { reason: '', violations: [] }
  if (!Buffer.isBuffer(bytes)) return none
  try {
    const { details } = Status.decode(bytes)
    const find = (name: string) => details.find(({ typeUrl }) => typeUrl.endsWith(name))?.value
    const info = find('ErrorInfo')
    const badRequest = find('BadRequest')
    return {
      reason: info ? ErrorInfo.decode(info).reason : '',
      violations: badRequest ? BadRequest.decode(badRequest).fieldViolations : [],
    }
  } catch {
    return none
  }
}
