import type { FastifyReply } from 'fastify'
import { DomainError, type ErrorKind, type Violation } from '../../domain/errors.js'

export interface ErrorBody {
  /** Says what is wrong, and for a field, what would be right. */
  readonly message: string
  /** What programs switch on. */
  readonly reason: string
  readonly violations?: readonly Violation[]
}

/** The one table of kinds and statuses. */
const statuses: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  'permission-denied': 403,
  'not-found': 404,
  'already-exists': 409,
  'failed-precondition': 412,
  expired: 410,
  aborted: 409,
  exhausted: 429,
  'quota-exceeded': 403,
  unavailable: 503,
}

export function toErrorBody({ kind, message, reason, violations }: DomainError) {
  const body: ErrorBody = { message, reason, ...(violations.length > 0 && { violations }) }
  return { status: statuses[kind], body }
}

/** `onBug` is told of what is no refusal. */
export function sendError(
  reply: FastifyReply,
  error: unknown,
  onBug: (error: unknown) => void,
): FastifyReply {
  if (error instanceof DomainError) return sendRefusal(reply, error)
  const status = frameworkStatus(error)
  if (status < 500) return sendFrameworkRefusal(reply, status, error)
  onBug(error)
  return sendJson(reply.code(500), { message: 'internal error', reason: 'INTERNAL' })
}

function sendRefusal(reply: FastifyReply, error: DomainError): FastifyReply {
  const { status, body } = toErrorBody(error)
  if (status === 401) reply.header('www-authenticate', challengeOf(error.reason))
  if (status === 429 || status === 503) reply.header('retry-after', '1')
  return sendJson(reply.code(status), body)
}

/** As RFC 6750 has it: no error code where nothing was presented. */
function challengeOf(reason: string): string {
  if (reason === 'CREDENTIAL_MISSING') return 'Bearer realm="postern"'
  const error = reason === 'CREDENTIAL_AMBIGUOUS' ? 'invalid_request' : 'invalid_token'
  return `Bearer realm="postern", error="${error}"`
}

/** The standard knows no 415: a body of another type is a bad request. */
function sendFrameworkRefusal(reply: FastifyReply, status: number, error: unknown): FastifyReply {
  const isType = status === 415
  const message = isType ? 'content-type: must be application/json' : messageOf(error)
  const field = isType ? 'content-type' : 'body'
  const violations = [{ field, reason: 'FORMAT', description: message }]
  const body = { message, reason: 'INVALID_ARGUMENT', violations }
  return sendJson(reply.code(isType ? 400 : status), body)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'bad request'
}

function frameworkStatus(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500
  return typeof error.statusCode === 'number' ? error.statusCode : 500
}

/** Bytes, because the framework would add a character set to the type of a text. */
export function sendJson(reply: FastifyReply, body: object): FastifyReply {
  reply.header('content-type', 'application/json')
  return reply.send(Buffer.from(JSON.stringify(body)))
}
