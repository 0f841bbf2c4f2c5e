import { crc32 } from './crc32.js'
import { type ApiKeyId, isUuid } from './ids.js'

/** What a secret is for; the first characters of it say so. */
export type SecretKind = 'api-key' | 'enrollment'

const prefixes = { 'api-key': 'pst_', enrollment: 'pse_' } as const satisfies Record<
  SecretKind,
  string
>
const bodyLength = 27
const checksumLength = 6
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const accessKeyPrefixes = { native: 'PST', scaleway: 'SCW' } as const
const accessKeyDigits = digits.slice(0, 36)

/**
 * What a key looks like. Clients of Scaleway's API refuse an access key that does not begin with
 * `SCW` and a secret that is no UUID; those carry no checksum, and no scanner knows them.
 */
export type KeyForm = keyof typeof accessKeyPrefixes

const uuidLength = 36

/** Finds leaked secrets in text; every one of Postern's own form matches. */
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
  // No secret of our own form is as long as a UUID.
  if (text.length === uuidLength) return kind === 'api-key' && isUuid(text)
  if (text.length !== prefix.length + bodyLength + checksumLength) return false
  if (!secretPattern.test(text) || !text.startsWith(prefix)) return false
  return checksum(text.slice(0, -checksumLength)) === text.slice(-checksumLength)
}

export function createSecret(randomBytes: RandomBytes, kind: SecretKind = 'api-key'): string {
  const body = prefixes[kind] + randomText({ randomBytes, length: bodyLength, alphabet: digits })
  return body + checksum(body)
}

/** The public half of a key: 20 characters, 88 bits of them random. */
export function createAccessKey(randomBytes: RandomBytes, form: KeyForm = 'native'): ApiKeyId {
  const text = randomText({ randomBytes, length: 17, alphabet: accessKeyDigits })
  return (accessKeyPrefixes[form] + text) as ApiKeyId
}

export function formOfAccessKey(id: ApiKeyId): KeyForm {
  return id.startsWith(accessKeyPrefixes.scaleway) ? 'scaleway' : 'native'
}

export function createKeySecret(randomBytes: RandomBytes, form: KeyForm): string {
  return form === 'native' ? createSecret(randomBytes) : createUuid(randomBytes)
}

/** Version 4: 122 bits of randomness. */
function createUuid(randomBytes: RandomBytes): string {
  const hex = Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  const head = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}`
  return `${head}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`
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
