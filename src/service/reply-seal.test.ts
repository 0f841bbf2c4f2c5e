import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createReplySeal } from './reply-seal.js'

const pepper = 'a pepper that only tests ever use'
const opening = { idempotencyKey: 'key-1', context: 'here' }
const seal = createReplySeal({ pepper, randomBytes })
const plain = Buffer.from('pst_a-secret-that-is-shown-once')

describe('a sealed reply', () => {
  it('comes out as it went in, of any length', () => {
    for (const bytes of [plain, Buffer.alloc(0), randomBytes(100_000)]) {
      expect(Buffer.from(seal.open(opening, seal.seal(opening, bytes)))).toEqual(bytes)
    }
  })

  it('never looks the same twice, and never like what is in it', () => {
    const [one, two] = [seal.seal(opening, plain), seal.seal(opening, plain)]
    expect(one).not.toBe(two)
    expect(Buffer.from(one, 'base64url').includes(plain)).toBe(false)
  })

  it.each([
    ['another key', { ...opening, idempotencyKey: 'key-2' }, pepper],
    ['another place', { ...opening, context: 'there' }, pepper],
    ['another pepper', opening, 'another pepper of thirty-two letters'],
  ])('is not opened with %s', (_, other, otherPepper) => {
    const sealed = seal.seal(opening, plain)
    const opener = createReplySeal({ pepper: otherPepper, randomBytes })
    expect(() => opener.open(other, sealed)).toThrow()
  })

  it('is not opened when any of it was changed, or cut off', () => {
    const sealed = Buffer.from(seal.seal(opening, plain), 'base64url')
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => seal.open(opening, changed.toString('base64url'))).toThrow()
    }
    for (const length of [0, 12, 28, sealed.length - 1]) {
      const cut = sealed.subarray(0, length).toString('base64url')
      expect(() => seal.open(opening, cut)).toThrow()
    }
  })
})

describe('a hash', () => {
  it('tells apart what is cut into parts differently', () => {
    const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['2:ab', 'c']]
    expect(new Set(lists.map((parts) => seal.hash(parts))).size).toBe(lists.length)
    expect(seal.hash(['ab', Buffer.from('c')])).toBe(seal.hash(['ab', 'c']))
  })

  it('is keyed', () => {
    const other = createReplySeal({ pepper: 'another pepper of thirty-two letters', randomBytes })
    expect(other.hash(['a'])).not.toBe(seal.hash(['a']))
  })
})
