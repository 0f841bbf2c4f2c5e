import { expect, it } from 'vitest'
import { findMisleadingHeader } from './misleading-header.js'

it.each([
  'X_Forwarded_For',
  'x-forwarded_for',
  'X.Forwarded.For',
  'x_original_uri',
  'X-Forwarded_Anything',
  'User_Agent',
])('%s is another spelling of a fact', (name) => {
  const [plain, odd] = [['accept', '*/*'] as const, [name, '10.0.0.1'] as const]
  expect(findMisleadingHeader([plain, odd])).toMatch(/another spelling/)
})

it.each([
  'X-Forwarded-For',
  'x-forwarded-proto',
  'X-Original-URI',
  'User-Agent',
  'X_Forwarded',
  'My_Header',
  'x-request-id',
  ':path',
])('%s is none', (name) => {
  expect(findMisleadingHeader([[name, '10.0.0.1']])).toBeUndefined()
})
