import { expect, test } from 'vitest'
import { DomainError } from './errors.js'
import { parsed, Validation } from './validation.js'

test('finishes quietly when nothing failed', () => {
  const v = new Validation()
  expect(v.failed).toBe(false)
  expect(() => v.finish()).not.toThrow()
  expect(parsed(() => 'value')).toBe('value')
})

test('throws everything that failed at once, in order', () => {
  const error = thrownBy(() =>
    parsed((v) => {
      v.fail('name', 'REQUIRED', 'must be given')
      v.fail('tags[1]', 'FORMAT', 'must be text')
    }),
  )
  expect(error).toMatchObject({
    kind: 'invalid',
    reason: 'INVALID_ARGUMENT',
    message: 'name: must be given (and 1 more)',
    violations: [
      { field: 'name', reason: 'REQUIRED', description: 'must be given' },
      { field: 'tags[1]', reason: 'FORMAT', description: 'must be text' },
    ],
  })
})

test('one failure stands alone', () => {
  const error = thrownBy(() => parsed((v) => v.fail('name', 'REQUIRED', 'must be given')))
  expect(error.message).toBe('name: must be given')
})

function thrownBy(work: () => unknown): DomainError {
  try {
    work()
  } catch (error) {
    if (error instanceof DomainError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
