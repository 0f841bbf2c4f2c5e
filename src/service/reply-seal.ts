import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'

/**
 * Keeps what was answered so that the database alone tells nothing of it: an answer can hold a
 * secret that is shown once, so that reading it takes the server's pepper and the idempotency key,
 * of which the store has but a hash.
 */
export interface ReplySeal {
  /** Keyed. No two different lists of parts are hashed alike. */
  hash(parts: readonly (string | Uint8Array)[]): string
  seal(opening: Opening, plain: Uint8Array): string
  /** Throws when anything is not as it was sealed. */
  open(opening: Opening, sealed: string): Uint8Array
}

export interface Opening {
  readonly idempotencyKey: string
  /** What the answer belongs to: it cannot be moved to another place. */
  readonly context: string
}

export interface ReplySealDeps {
  readonly pepper: string
  randomBytes(count: number): Uint8Array
}

const nonceBytes = 12
const tagBytes = 16

export function createReplySeal({ pepper, randomBytes }: ReplySealDeps): ReplySeal {
  return {
    hash(parts) {
      const hmac = createHmac('sha256', pepper).update('postern reply')
      for (const part of parts) hmac.update(`${Buffer.byteLength(part)}:`).update(part)
      return hmac.digest('base64url')
    },
    seal({ idempotencyKey, context }, plain) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', keyOf(pepper, idempotencyKey), nonce)
      cipher.setAAD(Buffer.from(context))
      const parts = [nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat(parts).toString('base64url')
    },
    open({ idempotencyKey, context }, sealed) {
      const bytes = Buffer.from(sealed, 'base64url')
      const nonce = bytes.subarray(0, nonceBytes)
      const key = keyOf(pepper, idempotencyKey)
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      const hidden = bytes.subarray(nonceBytes, -tagBytes)
      return Buffer.concat([decipher.update(hidden), decipher.final()])
    },
  }
}

function keyOf(pepper: string, idempotencyKey: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', pepper, idempotencyKey, 'postern reply', 32))
}
