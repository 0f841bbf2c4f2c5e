import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findOverridingHeader,
  type Header,
  isNamed,
  normalizedName,
  presentedKey,
} from './presented-key.js'

describe('the key of a request', () => {
  test.each<[string, Header[], string]>([
    ['none', [], 'CREDENTIAL_MISSING'],
    ['a bearer', [['Authorization', 'Bearer pst_a']], 'pst_a'],
    ['a bearer in any case', [['authorization', 'bearer  pst_a ']], 'pst_a'],
    ['a token', [['X-Auth-Token', 'pst_a']], 'pst_a'],
    ['another scheme', [['Authorization', 'Basic cHN0']], 'CREDENTIAL_INVALID'],
    ['no scheme', [['Authorization', 'pst_a']], 'CREDENTIAL_INVALID'],
    ['an empty one', [['Authorization', '']], 'CREDENTIAL_INVALID'],
    ['an empty bearer', [['Authorization', 'Bearer ']], 'CREDENTIAL_INVALID'],
    ['two words', [['Authorization', 'Bearer a b']], 'CREDENTIAL_INVALID'],
    ['an empty token', [['X-Auth-Token', ' ']], 'CREDENTIAL_INVALID'],
    [
      'two',
      [
        ['Authorization', 'Bearer a'],
        ['authorization', 'Bearer b'],
      ],
      'CREDENTIAL_AMBIGUOUS',
    ],
    [
      'the same twice',
      [
        ['Authorization', 'Bearer a'],
        ['Authorization', 'Bearer a'],
      ],
      'CREDENTIAL_AMBIGUOUS',
    ],
    [
      'a bearer and a token',
      [
        ['Authorization', 'Bearer a'],
        ['X-Auth-Token', 'a'],
      ],
      'CREDENTIAL_AMBIGUOUS',
    ],
    [
      'an empty one and a bearer',
      [
        ['Authorization', ''],
        ['Authorization', 'Bearer a'],
      ],
      'CREDENTIAL_AMBIGUOUS',
    ],
    [
      'one that some take for the other',
      [
        ['X-Auth-Token', 'a'],
        ['X_Auth_Token', 'b'],
      ],
      'CREDENTIAL_AMBIGUOUS',
    ],
    ['two that were joined', [['authorization', 'Bearer a,Bearer b']], 'CREDENTIAL_AMBIGUOUS'],
    ['an empty one joined', [['authorization', ',Bearer b']], 'CREDENTIAL_AMBIGUOUS'],
  ])('%s', (_, headers, found) => {
    const presented = presentedKey(headers)
    expect('apiKey' in presented ? presented.apiKey : presented.reason).toBe(found)
  })
})

describe('a header that changes the request behind the proxy is found', () => {
  test.each([
    ['X-HTTP-Method-Override', 'x-http-method-override'],
    ['x_http_method_override', 'x-http-method-override'],
    ['X-Rewrite-URL', 'x-rewrite-url'],
    ['X-Original-URI', undefined],
    ['Accept', undefined],
  ])('%s', (name, found) => {
    expect(findOverridingHeader([[name, '']])).toBe(found)
  })
})

describe('the name of a header', () => {
  const spelling = fc.constantFrom('authorization', 'Authorization', 'x-auth-token', 'X_Auth-TOKEN')
  const unit = fc.constantFrom(...'aAoxX-_ ıİKſ', '\u212a')
  const any = fc.string({ unit, minLength: 10, maxLength: 14 })

  test('is told without its one spelling just as with it', () => {
    const known = fc.constantFrom('authorization', 'x-auth-token', 'kxx-axx-axxxx')
    const property = fc.property(fc.oneof(spelling, any), known, (name, wanted) => {
      expect(isNamed(name, wanted)).toBe(normalizedName(name) === wanted)
    })
    fc.assert(property, { numRuns: 2_000 })
  })
})
