import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Revision } from '../service/revision.js'

/**
 * An entity as it lies in the shared cache: version (1 byte), revision (8), its nonce (8), payload,
 * and the first 16 bytes of an HMAC-SHA-256 over the key and all before. Nobody without the
 * servers' pepper can make one, or make one pass for another's key.
 */
export interface SealedEntry {
  readonly number: number
  readonly nonce: string
  readonly payload: Buffer
}

export type Opened =
  | SealedEntry
  /** Nobody who shares the pepper wrote this under this key. */
  | 'forged'
  /** Of another version of Postern, or no entry at all. */
  | 'unknown'

const version = 1
const headerBytes = 17
const macBytes = 16

export class Sealer {
  readonly #macKey: Uint8Array

  constructor(macKey: Uint8Array) {
    this.#macKey = macKey
  }

  seal(key: string, { number, nonce }: Revision, payload: Uint8Array): Buffer {
    const sealed = Buffer.alloc(headerBytes + payload.length + macBytes)
    sealed.writeUInt8(version, 0)
    sealed.writeBigUInt64BE(BigInt(number), 1)
    sealed.write(nonce, 9, 'hex')
    sealed.set(payload, headerBytes)
    const body = sealed.subarray(0, headerBytes + payload.length)
    sealed.set(this.#macOf(key, body), body.length)
    return sealed
  }

  open(key: string, sealed: Buffer): Opened {
    if (sealed.length < headerBytes + macBytes || sealed[0] !== version) return 'unknown'
    const body = sealed.subarray(0, sealed.length - macBytes)
    if (!timingSafeEqual(this.#macOf(key, body), sealed.subarray(body.length))) return 'forged'
    return {
      number: Number(body.readBigUInt64BE(1)),
      nonce: body.toString('hex', 9, headerBytes),
      payload: body.subarray(headerBytes),
    }
  }

  /** The key goes first with its length, so that no other split of the bytes has the same MAC. */
  #macOf(key: string, body: Uint8Array): Buffer {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(Buffer.byteLength(key))
    const mac = createHmac('sha256', this.#macKey).update(length).update(key).update(body)
    return mac.digest().subarray(0, macBytes)
  }
}
