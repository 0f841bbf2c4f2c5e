import { expect, it } from 'vitest'
import { DomainError } from './errors.js'

const details = { reason: 'REASON', message: 'a message' }

it('what is merely invalid does not say where that was found, and everything else does', () => {
  const { stackTraceLimit } = Error
  expect(new DomainError('invalid', details).stack).not.toContain('errors.test')
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  expect(new DomainError('unavailable', details).stack).toContain('errors.test')
})
