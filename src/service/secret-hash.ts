import { createHmac, hkdfSync } from 'node:crypto'

/**
 * HMAC-SHA-256 of a secret under the server's pepper, as base64url. Fast on purpose: a secret has
 * 160 random bits, which no stretching would make harder to guess; the key is what keeps somebody
 * with the table from planting a hash.
 */
export function createSecretHash(pepper: string): (secret: string) => string {
  return (secret) => createHmac('sha256', pepper).update(secret).digest('base64url')
}

/** 32 bytes for one purpose, from which neither the pepper nor another purpose's key follows. */
export function deriveKey(pepper: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', pepper, '', `postern ${purpose}`, 32))
}
