import { expect, test } from 'vitest'
import { createSecretHash } from './secret-hash.js'

const secret = 'pst_0123456789ABCDEFGHIJKLMNOPQ0qBHM2'

test('a secret has one hash under a pepper, and another under another', () => {
  const hash = createSecretHash('a pepper that only tests ever use')
  expect(hash(secret)).toBe(createSecretHash('a pepper that only tests ever use')(secret))
  expect(hash(secret)).not.toBe(createSecretHash('another pepper that only tests use')(secret))
  expect(hash(secret)).not.toBe(hash(`${secret.slice(0, -1)}3`))
})

test('a hash is 256 bits, and shows nothing of its secret', () => {
  const hash = createSecretHash('a pepper that only tests ever use')(secret)
  expect(Buffer.from(hash, 'base64url')).toHaveLength(32)
  expect(hash).not.toContain(secret.slice(4, 12))
})
