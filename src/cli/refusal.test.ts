import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { quotaExceeded } from '../domain/errors.js'
import { invalid } from '../domain/validation.js'
import { toServiceError } from '../grpc/errors.js'
import { refusalOf } from './refusal.js'

const attempt = { address: 'host:1', timeoutMs: 10_000, hasKey: true }

function serviceError(code: status, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata })
}

test.each([
  ['INVALID_ARGUMENT', 65],
  ['NOT_FOUND', 65],
  ['FAILED_PRECONDITION', 65],
  ['OUT_OF_RANGE', 65],
  ['UNAVAILABLE', 69],
  ['DEADLINE_EXCEEDED', 69],
  ['RESOURCE_EXHAUSTED', 69],
  ['ABORTED', 69],
  ['CANCELLED', 69],
  ['INTERNAL', 70],
  ['UNKNOWN', 70],
  ['DATA_LOSS', 70],
  ['UNIMPLEMENTED', 70],
  ['ALREADY_EXISTS', 73],
  ['PERMISSION_DENIED', 77],
  ['UNAUTHENTICATED', 77],
] as const)('%s ends the command with %i', (name, exitCode) => {
  const refusal = refusalOf(serviceError(status[name], 'no'), attempt)
  expect(refusal).toMatchObject({ exitCode, reason: name })
})

test('a code that nobody knows is a bug', () => {
  expect(refusalOf(serviceError(99 as status, 'no'), attempt).exitCode).toBe(70)
})

test('what the server says of each field arrives', () => {
  const violations = [
    { field: 'action', reason: 'REQUIRED', description: 'must be given' },
    { field: 'resource.id', reason: 'FORMAT', description: 'must be printable' },
  ]
  const { code, details, metadata } = toServiceError(invalid(violations))
  const error = serviceError(code ?? status.OK, details ?? '', metadata)
  expect(refusalOf(error, attempt)).toMatchObject({
    exitCode: 65,
    reason: 'INVALID_ARGUMENT',
    message: 'action: must be given (and 1 more)',
    violations,
  })
})

test('a quota is full until something is deleted, and not for a moment', () => {
  const excess = {
    noun: 'groups',
    organizationId: 'o',
    quota: 2,
    current: 2,
    requested: 1,
  } as const
  const { code, details, metadata } = toServiceError(quotaExceeded([excess]))
  const refusal = refusalOf(serviceError(code ?? status.OK, details ?? '', metadata), attempt)
  expect([refusal.exitCode, refusal.message]).toEqual([
    73,
    'groups: the organization has 2 of at most 2, no room for 1 more',
  ])
})

test('a trailer that cannot be read is as good as none', () => {
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from([0xff, 0xff, 0xff]))
  const refusal = refusalOf(serviceError(status.NOT_FOUND, 'gone', metadata), attempt)
  expect(refusal).toMatchObject({ exitCode: 65, message: 'gone', violations: [] })
})

test('what the library says is told in our words', () => {
  const unreachable = serviceError(
    status.UNAVAILABLE,
    'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1. Resolution note: ',
  )
  expect(refusalOf(unreachable, attempt).message).toBe(
    'cannot reach host:1: connect ECONNREFUSED 127.0.0.1:1',
  )
  const late = serviceError(status.DEADLINE_EXCEEDED, 'Deadline exceeded after 10s,LB pick: 1s')
  expect(refusalOf(late, attempt).message).toBe('host:1 did not answer within 10 s')
})

test('a server cannot move the cursor', () => {
  const refusal = refusalOf(serviceError(status.NOT_FOUND, 'a\n\u001b[2Jb'), attempt)
  expect(refusal.message).toBe('a ·[2Jb')
})
