import { expect, test } from 'vitest'
import { notFound } from '../domain/errors.js'
import { CliError, usageError } from './cli-error.js'
import { errorJson, errorText, toCliError } from './report-error.js'

const plain = (_: string, text: string) => text

const first = { field: 'a', reason: 'REQUIRED', description: 'must be given' }
const second = { field: 'b[0]', reason: 'FORMAT', description: 'must be text', line: 3, column: 7 }

test('an error is one line', () => {
  expect(errorText(usageError('no'), plain)).toBe('postern: no\n')
})

test('a violation that the message says already is not said twice', () => {
  const error = new CliError(65, {
    reason: 'R',
    message: 'a: must be given',
    violations: [first],
  })
  expect(errorText(error, plain)).toBe('postern: a: must be given\n')
})

test('several violations are a line each, with their place where it is known', () => {
  const violations = [first, second]
  const fromServer = new CliError(65, {
    reason: 'R',
    message: 'a: must be given (and 1 more)',
    violations,
  })
  expect(errorText(fromServer, plain)).toBe(
    'postern: 2 things are wrong:\n  a: must be given\n  3:7: b[0]: must be text\n',
  )
  const ofFile = new CliError(65, { reason: 'R', message: 'x.yaml is refused:', violations })
  expect(errorText(ofFile, plain)).toMatch(/^postern: x\.yaml is refused:\n {2}a: must be given\n/)
})

test('programs get the same as JSON', () => {
  const error = new CliError(65, { reason: 'R', message: 'm', violations: [second] })
  expect(errorJson(error)).toEqual({
    error: { reason: 'R', message: 'm', violations: [second], metadata: {}, exit_code: 65 },
  })
})

test('a refusal of the domain is bad data, and anything else a bug', () => {
  expect(toCliError(notFound('group', 'g'))).toMatchObject({ exitCode: 65, reason: 'NOT_FOUND' })
  expect(toCliError(new TypeError('x is not a function'))).toMatchObject({
    exitCode: 70,
    message: 'this is a bug in postern: x is not a function',
  })
  expect(toCliError('thrown').exitCode).toBe(70)
})
