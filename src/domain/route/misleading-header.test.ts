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

it.each([
  'Postern-Principal',
  'postern_principal',
  'POSTERN_ORGANIZATION',
  'Postern-Access_Key',
  'postern.revision',
  'Postern-Decision',
  'Postern_Proxy_Key',
])('%s is not for clients to say', (name) => {
  expect(findMisleadingHeader([[name, 'user:evil']])).toMatch(/Postern-…/)
})

it.each(['Postern-Proxy-Key', 'posterns', 'x-postern-principal'])('%s may be sent', (name) => {
  expect(findMisleadingHeader([[name, 'x']])).toBeUndefined()
})

it.each([
  'Postern-Principal',
  'close, Postern-Principal',
  'keep-alive,x',
  'Upgrade, HTTP2-Settings',
  'close keep-alive',
])('Connection may not say %s', (value) => {
  expect(findMisleadingHeader([['Connection', value]])).toMatch(/`Connection`/)
})

it.each(['', 'close', 'Keep-Alive', 'TE, close', 'Upgrade', ' ,close,'])(
  'Connection may say "%s"',
  (value) => expect(findMisleadingHeader([['connection', value]])).toBeUndefined(),
)
