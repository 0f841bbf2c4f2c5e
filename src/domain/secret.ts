import { crc32 } from './crc32.js'
import type { ApiKeyId } from './ids.js'

/** What a secret is for; the first characters of it say so. */
export type SecretKind = 'api-key' | 'enrollment'

const prefixes = { 'api-key': 'pst_', enrollment: 'pse_' } as const satisfies Record<
  SecretKind,
  string
>
const bodyLength = 27
const checksumLength = 6
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const accessKeyPrefix = 'PST'
const accessKeyDigits = digits.slice(0, 36)

/** Finds leaked secrets in text; every one that Postern issues matches. */
export const secretPattern = /\bps[te]_[0-9A-Za-z]{33}\b/

/** Longer input is not even looked at. */
export const secretMax = 256

/** Answers bytes from a cryptographically secure source. */
export type RandomBytes = (count: number) => Uint8Array

/**
 * A secret carries 27 base62 characters of randomness (160 bits) and a CRC-32 over all before it,
 * so that a scanner recognises a leaked one and garbage is refused before any look-up.
 */
export function isWellFormedSecret(text: string, kind: SecretKind = 'api-key'): boolean {
  const prefix = prefixes[kind]
  if (text.length !== prefix.length + bodyLength + checksumLength) return false
  if (!secretPattern.test(text) || !text.startsWith(prefix)) return false
  return checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength)
}

export function createSecret(randomBytes: RandomBytes, kind: SecretKind = 'api-key'): string {
  const body = prefixes[kind] + randomText({ randomBytes, length: bodyLength, alphabet: digits })
  return body + checksum(body)
}

/** The public half of a key: 20 characters, 88 bits of them random. */
export function createAccessKey(randomBytes: RandomBytes): ApiKeyId {
  const text = randomText({ randomBytes, length: 17, alphabet: accessKeyDigits })
  return (accessKeyPrefix + text) as ApiKeyId
}

function checksum(text: string): string {
  let rest = crc32(text)
  let out = ''
  for (let i = 0; i < checksumLength; i++) {
    out = digits.charAt(rest % digits.length) + out
    rest = Math.floor(rest / digits.length)
  }
  return out
}

interface RandomText {
  readonly randomBytes: RandomBytes
  readonly length: number
  readonly alphabet: string
}

/** Bytes that would favour some letters are thrown away, so that every letter is equally likely. */
function randomText({ randomBytes, length, alphabet }: RandomText): string {
  const fair = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < fair && text.length < length) text += alphabet.charAt(byte % alphabet.length)
    }
  }
  return text
}
