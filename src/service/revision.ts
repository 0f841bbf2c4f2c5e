import { DomainError } from '../domain/errors.js'

/** One state of one store. Revisions of one epoch are totally ordered by `number`. */
export interface Revision {
  /** 16 hex digits, new for every store and after every restore. */
  readonly epoch: string
  /** Counts writes, without gaps. */
  readonly number: number
  /** 16 hex digits, random for each write: tells two histories with equal numbers apart. */
  readonly nonce: string
}

const prefix = 'pr1.'

/** `pr1.` and 32 base64url characters: epoch, number and nonce, 8 bytes each. Not secret. */
export function encodeRevision({ epoch, number, nonce }: Revision): string {
  const bytes = Buffer.alloc(24)
  bytes.write(epoch, 0, 'hex')
  bytes.writeBigUInt64BE(BigInt(number), 8)
  bytes.write(nonce, 16, 'hex')
  return prefix + bytes.toString('base64url')
}

/** Throws `invalid` for anything that `encodeRevision` did not make. */
export function decodeRevision(token: string): Revision {
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  const number = bytes.length === 24 ? Number(bytes.readBigUInt64BE(8)) : Number.NaN
  const revision = { epoch: bytes.toString('hex', 0, 8), number, nonce: bytes.toString('hex', 16) }
  if (!Number.isSafeInteger(number) || encodeRevision(revision) !== token) {
    throw new DomainError('invalid', {
      reason: 'TOKEN_MALFORMED',
      message: 'consistency.at_least_as_fresh: must be a revision that an answer carried',
      violations: [
        {
          field: 'consistency.at_least_as_fresh',
          reason: 'FORMAT',
          description: 'must be a revision that an answer carried',
        },
      ],
    })
  }
  return revision
}
