import { expect, test } from 'vitest'
import { crc32 } from './crc32.js'
import {
  createAccessKey,
  createKeySecret,
  createSecret,
  formOfAccessKey,
  isWellFormedSecret,
  secretPattern,
} from './secret.js'

/** Hands out the given bytes over and over, and tells how many were asked for. */
function bytesFrom(source: readonly number[]) {
  let next = 0
  const randomBytes = (count: number) =>
    Uint8Array.from({ length: count }, () => source[next++ % source.length] ?? 0)
  return { randomBytes, asked: () => next }
}

/** Evenly spread, and the same in each run (mulberry32). */
function pseudoRandomBytes() {
  let state = 1
  const nextByte = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) & 0xff
  }
  return (count: number) => Uint8Array.from({ length: count }, nextByte)
}

const everyByte = Array.from({ length: 256 }, (_, byte) => byte)

test('the checksum is the CRC-32 that everybody computes', () => {
  expect(crc32('123456789')).toBe(0xcbf43926)
  expect(crc32('')).toBe(0)
})

test('a secret is its prefix, 27 characters and 6 of checksum, and is well-formed', () => {
  const secret = createSecret(bytesFrom(everyByte).randomBytes)
  expect(secret).toBe('pst_0123456789ABCDEFGHIJKLMNOPQ0qBHM2')
  expect(isWellFormedSecret(secret)).toBe(true)
  expect(`export KEY=${secret};`).toMatch(secretPattern)
})

test('a secret of one kind is not well-formed as another', () => {
  const { randomBytes } = bytesFrom(everyByte)
  const secret = createSecret(randomBytes, 'enrollment')
  expect(secret).toMatch(/^pse_/)
  expect(isWellFormedSecret(secret, 'enrollment')).toBe(true)
  expect(isWellFormedSecret(secret)).toBe(false)
})

test('every mistyped character is noticed', () => {
  const secret = createSecret(bytesFrom([7, 99, 200]).randomBytes)
  for (let i = 0; i < secret.length; i++) {
    const wrong = secret[i] === 'x' ? 'y' : 'x'
    const mistyped = secret.slice(0, i) + wrong + secret.slice(i + 1)
    expect(isWellFormedSecret(mistyped), mistyped).toBe(false)
  }
})

test('two neighbours that changed places are noticed', () => {
  const secret = createSecret(bytesFrom(everyByte).randomBytes)
  for (let i = 0; i < secret.length - 1; i++) {
    const [a = '', b = ''] = [secret[i], secret[i + 1]]
    if (a === b) continue
    const swapped = secret.slice(0, i) + b + a + secret.slice(i + 2)
    expect(isWellFormedSecret(swapped), swapped).toBe(false)
  }
})

test.each(['', 'pst_', 'pst', ' pst_0123456789ABCDEFGHIJKLMNOPQ0qBHM2', 'é'.repeat(37)])(
  '`%s` is no secret',
  (text) => {
    expect(isWellFormedSecret(text)).toBe(false)
  },
)

test.each([
  { noun: 'secrets', create: createSecret, body: [4, 31], letters: 62 },
  { noun: 'access keys', create: createAccessKey, body: [3, 20], letters: 36 },
] as const)('every letter of $noun is equally likely', ({ create, body, letters }) => {
  const randomBytes = pseudoRandomBytes()
  const counts = new Map<string, number>()
  for (let i = 0; i < 20_000; i++) {
    for (const letter of create(randomBytes).slice(...body)) {
      counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
  }
  const fairCount = (20_000 * (body[1] - body[0])) / letters
  expect(counts.size).toBe(letters)
  for (const count of counts.values()) {
    expect(Math.abs(count / fairCount - 1)).toBeLessThan(0.05)
  }
})

test('bytes that would favour some letters are thrown away', () => {
  // 256 is no multiple of 62: from 248 on, bytes would come down on the first letters again.
  const { randomBytes, asked } = bytesFrom([248, 255, 1])
  expect(createSecret(randomBytes).slice(4, 31)).toBe('1'.repeat(27))
  expect(asked()).toBeGreaterThanOrEqual(27 * 3)
})

test('an access key is 20 capitals and digits', () => {
  expect(createAccessKey(bytesFrom([3, 77, 250, 12, 30]).randomBytes)).toMatch(/^PST[A-Z0-9]{17}$/)
})

test('a key of the Scaleway form is `SCW` and 17, and a UUID of version 4', () => {
  const { randomBytes } = bytesFrom([3, 77, 250, 12, 30, 255, 0, 129])
  const id = createAccessKey(randomBytes, 'scaleway')
  const secret = createKeySecret(randomBytes, 'scaleway')
  expect(id).toMatch(/^SCW[A-Z0-9]{17}$/)
  expect(secret).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect([formOfAccessKey(id), isWellFormedSecret(secret)]).toEqual(['scaleway', true])
})

test('a UUID is no enrollment token, and in capitals no secret', () => {
  const secret = createKeySecret(bytesFrom([10, 171, 205]).randomBytes, 'scaleway')
  expect(isWellFormedSecret(secret, 'enrollment')).toBe(false)
  expect(isWellFormedSecret(secret.toUpperCase())).toBe(false)
})

test('a key of its own form is not taken for one of the other', () => {
  expect(formOfAccessKey(createAccessKey(pseudoRandomBytes()))).toBe('native')
  expect(createKeySecret(pseudoRandomBytes(), 'native')).toMatch(secretPattern)
})
