import { HpackError, TooManyFields } from '../hpack/hpack-error.js'

/** RFC 9113 section 7. */
export const ErrorCode = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  settingsTimeout: 4,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  connectError: 10,
  enhanceYourCalm: 11,
  inadequateSecurity: 12,
  http11Required: 13,
} as const

export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

/** Section 5.4.1: what the peer did ends the connection. Only ever thrown while it is read. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/** What a connection ends with that met that error; anything unknown is a mistake of this side's. */
export function codeOf(error: unknown): ErrorCode {
  if (error instanceof ConnectionError) return error.code
  if (error instanceof HpackError) return ErrorCode.compressionError
  if (error instanceof TooManyFields) return ErrorCode.enhanceYourCalm
  return ErrorCode.internalError
}
