import { type ServiceError, status } from '@grpc/grpc-js'
import { BadRequest, ErrorInfo } from '../grpc/gen/google/rpc/error_details.js'
import { Status } from '../grpc/gen/google/rpc/status.js'
import { CliError } from './cli-error.js'
import { type ExitCode, exitCodes } from './exit-code.js'
import { printable } from './terminal.js'

/** The one table of gRPC codes and exit codes. */
const exitCodeOf: Readonly<Record<status, ExitCode>> = {
  [status.OK]: exitCodes.ok,
  [status.INVALID_ARGUMENT]: exitCodes.badData,
  [status.NOT_FOUND]: exitCodes.badData,
  [status.FAILED_PRECONDITION]: exitCodes.badData,
  [status.OUT_OF_RANGE]: exitCodes.badData,
  [status.UNAVAILABLE]: exitCodes.unavailable,
  [status.DEADLINE_EXCEEDED]: exitCodes.unavailable,
  [status.RESOURCE_EXHAUSTED]: exitCodes.unavailable,
  [status.ABORTED]: exitCodes.unavailable,
  [status.CANCELLED]: exitCodes.unavailable,
  [status.ALREADY_EXISTS]: exitCodes.cannotCreate,
  [status.PERMISSION_DENIED]: exitCodes.notPermitted,
  [status.UNAUTHENTICATED]: exitCodes.notPermitted,
  [status.INTERNAL]: exitCodes.bug,
  [status.UNKNOWN]: exitCodes.bug,
  [status.DATA_LOSS]: exitCodes.bug,
  [status.UNIMPLEMENTED]: exitCodes.bug,
}

export interface Attempt {
  readonly address: string
  readonly timeoutMs: number
  readonly hasKey: boolean
}

/** What a failed call means for the command that made it. */
export function refusalOf(error: ServiceError, attempt: Attempt): CliError {
  const { info, violations } = readDetails(error)
  const isFull = info?.reason === 'QUOTA_EXCEEDED'
  // The code says overload too, which passes by itself; this does not.
  const exitCode = isFull ? exitCodes.cannotCreate : exitCodeOf[error.code]
  return new CliError(exitCode ?? exitCodes.bug, {
    reason: info?.reason || (status[error.code] ?? 'UNKNOWN'),
    message: messageOf(error, attempt, info),
    violations,
    metadata: info?.metadata ?? {},
    cause: error,
  })
}

/** A server of this kind explains itself; what the library says instead is told in our words. */
function messageOf(
  { code, details }: ServiceError,
  attempt: Attempt,
  info: ErrorInfo | undefined,
): string {
  const said = printable(details)
  if (info?.reason === 'CREDENTIAL_MISSING' && !attempt.hasKey) {
    return 'no API key: set POSTERN_API_KEY, or give --api-key-file FILE'
  }
  if (info) return said
  if (code === status.DEADLINE_EXCEEDED) {
    return `${attempt.address} did not answer within ${attempt.timeoutMs / 1_000} s`
  }
  if (code === status.UNAVAILABLE) return `cannot reach ${attempt.address}: ${causeOf(said)}`
  if (code === status.UNIMPLEMENTED) return `${attempt.address} does not know this call: ${said}`
  return said
}

/** The library wraps the error of the system, which is all that helps. */
function causeOf(details: string): string {
  const match = /Last error: (?:Error: )?(.+?)\.? Resolution note:/.exec(details)
  return match?.[1] ?? details
}

interface Details {
  readonly info?: ErrorInfo
  readonly violations: BadRequest['fieldViolations']
}

/** Reads what rides in the trailer; a trailer that cannot be read is as good as none. */
function readDetails({ metadata }: ServiceError): Details {
  const [trailer] = metadata?.get('grpc-status-details-bin') ?? []
  if (!Buffer.isBuffer(trailer)) return { violations: [] }
  try {
    const { details } = Status.decode(trailer)
    const find = (name: string) =>
      details.find((detail) => detail.typeUrl === `type.googleapis.com/google.rpc.${name}`)?.value
    const info = find('ErrorInfo')
    const badRequest = find('BadRequest')
    return {
      ...(info && { info: ErrorInfo.decode(info) }),
      violations: badRequest ? BadRequest.decode(badRequest).fieldViolations : [],
    }
  } catch {
    return { violations: [] }
  }
}
