import { crc32 } from './crc32.js'
import type { ApiKeyId, OrganizationId, ProjectId } from './ids.js'
import { parseIpRange } from './ip-range.js'
import { parsePattern } from './pattern.js'
import type { PrincipalRef } from './principal.js'
import type { Validation } from './validation.js'

/**
 * Narrows what a key may do to less than its bearer may. Each list is a restriction of its own; an
 * absent list restricts nothing, and no list can be empty.
 */
export interface KeyNarrowing {
  readonly actions?: readonly string[]
  readonly resources?: readonly string[]
  readonly projectIds?: readonly ProjectId[]
  readonly sourceCidrs?: readonly string[]
}

/** A key as its administrators see it; its secrets are kept apart, as hashes. */
export interface ApiKey {
  readonly id: ApiKeyId
  readonly organizationId: OrganizationId
  readonly bearer: PrincipalRef
  readonly description: string
  /** Milliseconds since the epoch; absent: never. */
  readonly expiresAtMs?: number
  /** Where a service that needs one project puts things; grants nothing. */
  readonly defaultProjectId: ProjectId
  readonly narrowing: KeyNarrowing
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly version: number
}

/** A key as a decision sees it: found by the hash of a presented secret. */
export interface ApiKeyCredential {
  readonly id: ApiKeyId
  readonly organizationId: OrganizationId
  readonly bearer: PrincipalRef
  /** Milliseconds since the epoch; the earlier of the key's expiry and the presented secret's. */
  readonly expiresAtMs?: number
  readonly narrowing: KeyNarrowing
}

/** A key is valid if and only if `nowMs` is before its expiry. */
export function isExpired(expiresAtMs: number | undefined, nowMs: number): boolean {
  return expiresAtMs !== undefined && expiresAtMs <= nowMs
}

export function isNarrowed(narrowing: KeyNarrowing): boolean {
  return Object.values(narrowing).some((list) => list !== undefined)
}

const prefix = 'pst_'
const bodyLength = 27
const checksumLength = 6
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const accessKeyPrefix = 'PST'
const accessKeyDigits = digits.slice(0, 36)

/** Finds leaked keys in text; every secret that Postern issues matches. */
export const secretPattern = /\bpst_[0-9A-Za-z]{33}\b/

/** Longer input is not even looked at. */
export const secretMax = 256

/**
 * A secret carries 27 base62 characters of randomness (160 bits) and a CRC-32 over all before it,
 * so that a scanner recognises a leaked one and garbage is refused before any look-up.
 */
export function isWellFormedSecret(text: string): boolean {
  if (text.length !== prefix.length + bodyLength + checksumLength) return false
  if (!secretPattern.test(text) || !text.startsWith(prefix)) return false
  const body = text.slice(0, -checksumLength)
  return checksum(body) === text.slice(-checksumLength)
}

/** `randomBytes(n)` must answer n bytes from a cryptographically secure source. */
export function createSecret(randomBytes: (count: number) => Uint8Array): string {
  const body = prefix + randomText({ randomBytes, length: bodyLength, alphabet: digits })
  return body + checksum(body)
}

export function createAccessKey(randomBytes: (count: number) => Uint8Array): ApiKeyId {
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
  readonly randomBytes: (count: number) => Uint8Array
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

const narrowingMax = 100

/** The narrowing of a new key; empty lists mean that nothing is narrowed. */
export function parseNarrowing(
  v: Validation,
  field: string,
  raw: {
    readonly actions: readonly string[]
    readonly resources: readonly string[]
    readonly projectIds: readonly ProjectId[]
    readonly sourceCidrs: readonly string[]
  },
): KeyNarrowing {
  for (const [name, list] of Object.entries(raw)) {
    if (list.length > narrowingMax)
      v.fail(`${field}.${snake(name)}`, 'TOO_MANY', `must hold at most ${narrowingMax} members`)
  }
  raw.actions.forEach((pattern, i) => {
    parsePattern(v, `${field}.actions[${i}]`, pattern)
  })
  raw.resources.forEach((pattern, i) => {
    parsePattern(v, `${field}.resources[${i}]`, pattern)
  })
  raw.sourceCidrs.forEach((cidr, i) => {
    if (!parseIpRange(cidr))
      v.fail(`${field}.source_cidrs[${i}]`, 'FORMAT', 'must be a range such as 10.0.0.0/8')
  })
  return {
    ...(raw.actions.length > 0 && { actions: [...raw.actions] }),
    ...(raw.resources.length > 0 && { resources: [...raw.resources] }),
    ...(raw.projectIds.length > 0 && { projectIds: [...raw.projectIds] }),
    ...(raw.sourceCidrs.length > 0 && { sourceCidrs: [...raw.sourceCidrs] }),
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
