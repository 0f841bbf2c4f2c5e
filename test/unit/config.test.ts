import { expect, it } from 'vitest'
import { parseConfig } from '../../src/config.js'

it.each(['https://pdp.example.com', 'https://pdp.example.com:8443', 'https://10.0.0.1'])(
  'POSTERN_PUBLIC_URL may be %s',
  (url) => {
    expect(parseConfig({ POSTERN_PUBLIC_URL: url }).publicUrl).toBe(url)
  },
)

it.each([
  'pdp.example.com',
  'http://pdp.example.com',
  'https://pdp.example.com/',
  'https://pdp.example.com/postern',
  'https://pdp.example.com?a=b',
  'https://pdp.example.com#a',
  'https://user@pdp.example.com',
])('POSTERN_PUBLIC_URL is refused as %s', (url) => {
  expect(() => parseConfig({ POSTERN_PUBLIC_URL: url })).toThrow(
    'POSTERN_PUBLIC_URL: must be https://host or https://host:port, without a path',
  )
})

it('limits nothing by itself, and each noun alone', () => {
  expect(parseConfig({}).quotas).toEqual({})
  const set = { POSTERN_QUOTA_API_KEYS: '50', POSTERN_QUOTA_GROUPS: 'unlimited' }
  expect(parseConfig(set).quotas).toEqual({ api_keys: 50 })
})

it.each(['0', '-1', '1.5', '10000000', 'none'])('POSTERN_QUOTA_USERS is refused as %s', (text) => {
  expect(() => parseConfig({ POSTERN_QUOTA_USERS: text })).toThrow(
    'POSTERN_QUOTA_USERS: must be a number from 1 to 9999999, or unlimited',
  )
})
