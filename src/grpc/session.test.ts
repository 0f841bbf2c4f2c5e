import { Metadata } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { peerAddress, sessionOf } from './session.js'

const call = (peer: string, ...authorization: string[]) => {
  const metadata = new Metadata()
  for (const value of authorization) metadata.add('authorization', value)
  return { metadata, getPeer: () => peer }
}

describe('a session', () => {
  it.each([
    ['10.1.2.3:5000', '10.1.2.3'],
    ['[2001:db8::1]:5000', '2001:db8::1'],
    ['[::ffff:10.1.2.3]:5000', '10.1.2.3'],
    ['::1:5000', '::1'],
    ['::ffff:10.1.2.3:5000', '10.1.2.3'],
    ['unknown', ''],
  ])('comes from the address of its peer: %s', (peer, address) => {
    expect(peerAddress(peer)).toBe(address)
  })

  it('has the one key that was sent, or none', () => {
    expect(sessionOf(call('1.2.3.4:5', 'Bearer pst_x')).secret).toBe('pst_x')
    expect(sessionOf(call('1.2.3.4:5', 'bearer   pst_x')).secret).toBe('pst_x')
    expect(sessionOf(call('1.2.3.4:5')).secret).toBe('')
  })

  it.each([
    ['two keys', ['Bearer a', 'Bearer b'], 'CREDENTIAL_AMBIGUOUS'],
    ['two keys in one', ['Bearer a, Bearer b'], 'CREDENTIAL_AMBIGUOUS'],
    ['another scheme', ['Basic abc'], 'CREDENTIAL_INVALID'],
    ['no scheme', ['pst_x'], 'CREDENTIAL_INVALID'],
    ['nothing', [''], 'CREDENTIAL_INVALID'],
  ])('refuses %s', (_, sent, reason) => {
    expect(() => sessionOf(call('1.2.3.4:5', ...sent))).toThrow(
      expect.objectContaining({ kind: 'unauthenticated', reason }),
    )
  })

  it('refuses metadata of more than 8 KiB', () => {
    const large = call('1.2.3.4:5')
    large.metadata.set('x', 'x'.repeat(8_192))
    expect(() => sessionOf(large)).toThrow(
      expect.objectContaining({ reason: 'METADATA_TOO_LARGE' }),
    )
  })
})
