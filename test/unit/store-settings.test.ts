import { expect, it } from 'vitest'
import { ConfigError, parseConfig } from '../../src/config.js'

it('keeps the log of changes for a day, and renews a lease where there are standbys', () => {
  expect(parseConfig({}).store).toEqual({ lease: 'auto', changeLogRetentionMs: 86_400_000 })
})

it('takes hours, and other ways with the lease', () => {
  const env = { POSTERN_CHANGE_LOG_RETENTION: '2h', POSTERN_STORE_LEASE: 'on' }
  expect(parseConfig(env).store).toEqual({ lease: 'on', changeLogRetentionMs: 7_200_000 })
})

it.each([
  ['POSTERN_CHANGE_LOG_RETENTION', '59m'],
  ['POSTERN_CHANGE_LOG_RETENTION', '1d'],
  ['POSTERN_STORE_LEASE', 'maybe'],
])('refuses %s=%s by name', (name, value) => {
  const parse = () => parseConfig({ [name]: value })
  expect(parse).toThrow(ConfigError)
  expect(parse).toThrow(name)
})
