import { Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { type Administration, unauthenticated } from '../service/administration.js'
import { createAdmission } from './admission.js'

/** Knows no key: whoever needs one is refused. */
const nobody: Administration = {
  read: () => Promise.reject(unauthenticated('CREDENTIAL_MISSING')),
  write: () => Promise.reject(unauthenticated('CREDENTIAL_MISSING')),
}
const from = (peer: string) => ({ metadata: new Metadata(), getPeer: () => peer })

describe('asking without a key of one’s own', () => {
  it.each(['127.0.0.1:5000', '127.9.9.9:5000', '[::1]:5000', '[::ffff:127.0.0.1]:5000'])(
    'is for this machine: %s',
    async (peer) => {
      await expect(createAdmission('loopback', nobody)(from(peer))).resolves.toBeUndefined()
    },
  )

  it.each(['10.0.0.1:5000', '[2001:db8::1]:5000', 'unknown', '', '127.0.0.1.evil.example:1'])(
    'is not for others: %s',
    async (peer) => {
      await expect(createAdmission('loopback', nobody)(from(peer))).rejects.toMatchObject({
        reason: 'CREDENTIAL_MISSING',
      })
    },
  )

  it('is for anyone where the operator says so', async () => {
    await expect(createAdmission('anyone', nobody)(from('10.0.0.1:5'))).resolves.toBeUndefined()
  })
})
