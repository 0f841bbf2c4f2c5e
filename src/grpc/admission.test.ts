import { Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import type { Decision } from '../domain/decision.js'
import type { OrganizationId, UserId } from '../domain/ids.js'
import { createAdmission } from './admission.js'

/** Knows no key: whoever needs one is refused. */
const nobody = {
  authorizeNow: () => ({ decision: { effect: 'deny', reason: 'KEY_NOT_FOUND' } }) as const,
  authorize: async () => ({ decision: { effect: 'deny', reason: 'KEY_NOT_FOUND' } }) as const,
}
const from = (peer: string) => ({ metadata: new Metadata(), getPeer: () => peer })

describe('asking without a key of one’s own', () => {
  it.each(['127.0.0.1:5000', '127.9.9.9:5000', '[::1]:5000', '[::ffff:127.0.0.1]:5000'])(
    'is for this machine: %s',
    (peer) => {
      expect(createAdmission('loopback', nobody).admit(from(peer))).toBeUndefined()
    },
  )

  it.each(['10.0.0.1:5000', '[2001:db8::1]:5000', 'unknown', '', '127.0.0.1.evil.example:1'])(
    'is not for others: %s',
    (peer) => {
      const admission = createAdmission('loopback', nobody)
      expect(() => admission.admit(from(peer))).toThrow('needs an API key')
    },
  )

  it('is for anyone where the operator says so', () => {
    expect(createAdmission('anyone', nobody).admit(from('10.0.0.1:5'))).toBeUndefined()
  })
})

describe('asking with a key of one’s own', () => {
  const withKey = (decision: Decision) => {
    const metadata = new Metadata()
    metadata.set('authorization', 'Bearer pst_key')
    const authorizer = { authorizeNow: () => ({ decision }), authorize: async () => ({ decision }) }
    const call = { metadata, getPeer: () => '10.0.0.1:5' }
    return () => createAdmission('loopback', authorizer).admit(call)
  }
  const organizationId = 'o' as OrganizationId
  const subject = { principal: { type: 'user', id: 'u' as UserId }, organizationId } as const

  it('is for whoever holds the permission', () => {
    expect(withKey({ effect: 'allow', reason: 'OWNER', subject })()).toBeUndefined()
  })

  it.each([
    ['KEY_NOT_FOUND', 'CREDENTIAL_INVALID'],
    ['KEY_EXPIRED', 'CREDENTIAL_EXPIRED'],
    ['PRINCIPAL_LOCKED', 'PRINCIPAL_LOCKED'],
    ['NO_MATCHING_RULE', 'PERMISSION_DENIED'],
    ['KEY_RESTRICTION', 'PERMISSION_DENIED'],
  ] as const)('is refused on %s with %s', (reason, refusal) => {
    expect(withKey({ effect: 'deny', reason, subject })).toThrow(
      expect.objectContaining({ reason: refusal }),
    )
  })
})
