/** What is needed of a revision to compare it with another. */
export interface Revision {
  /** Of one store, until it is restored: others cannot be compared. */
  readonly epoch: string
  readonly number: number
}

const prefix = 'pr1.'

/** `undefined` for what is no revision, or one of a form that this version does not know. */
export function readRevision(token: string): Revision | undefined {
  const bytes = Buffer.from(token.slice(prefix.length), 'base64url')
  if (!token.startsWith(prefix) || bytes.length !== 24) return undefined
  const number = Number(bytes.readBigUInt64BE(8))
  return Number.isSafeInteger(number) ? { epoch: bytes.toString('hex', 0, 8), number } : undefined
}
