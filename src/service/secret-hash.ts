import { createHmac } from 'node:crypto'

/**
 * HMAC-SHA-256 of a secret under the server's pepper, as base64url. Fast on purpose: a secret has
 * 160 random bits, which no stretching would make harder to guess; the key is what keeps somebody
 * with the table from planting a hash.
 */
export function createSecretHash(pepper: string): (secret: string) => string {
  return (secret) => createHmac('sha256', pepper).update(secret).digest('base64url')
}
