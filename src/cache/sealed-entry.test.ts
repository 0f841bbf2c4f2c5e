import { describe, expect, it } from 'vitest'
import { Sealer } from './sealed-entry.js'

const sealer = new Sealer(new Uint8Array(32).fill(7))
const revision = { epoch: '00000000000000e1', number: 2 ** 40 + 5, nonce: '0123456789abcdef' }
const payload = Buffer.from('{"id":"k"}')
const sealed = () => sealer.seal('postern:key', revision, payload)

describe('a sealed entry', () => {
  it('opens to what was sealed under the same key', () => {
    const { number, nonce } = revision
    expect(sealer.open('postern:key', sealed())).toEqual({ number, nonce, payload })
  })

  it('is forged under any other key, or made without the pepper', () => {
    expect(sealer.open('postern:kez', sealed())).toBe('forged')
    const stranger = new Sealer(new Uint8Array(32).fill(8))
    expect(stranger.open('postern:key', sealed())).toBe('forged')
  })

  it('is forged when any bit of it was changed', () => {
    for (let index = 1; index < sealed().length; index++) {
      const tampered = sealed()
      tampered[index] = (tampered[index] ?? 0) ^ 0x10
      expect(sealer.open('postern:key', tampered), `byte ${index}`).toBe('forged')
    }
  })

  it('does not confuse the end of a key with the beginning of a body', () => {
    const key = `postern:key${String.fromCharCode(1)}`
    expect(sealer.open(key, sealed())).toBe('forged')
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['something short', Buffer.from('hello')],
    ['another version', Buffer.concat([Buffer.from([255]), sealed().subarray(1)])],
  ])('is unknown when it is %s', (_, bytes) => {
    expect(sealer.open('postern:key', bytes)).toBe('unknown')
  })
})
