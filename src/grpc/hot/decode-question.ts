import { DomainError } from '../../domain/errors.js'
import { decodeStrictly } from '../decode.js'
import { AuthorizeRequest } from '../gen/postern/v1/authorization.js'
import { requireFewFields } from './few-fields.js'

/** More than any good question has, though its attributes be as many as may be. */
export const questionBytesMax = 262_144

/** Throws `exhausted` for what is too long to be decoded between two turns of others. */
export function decodeQuestion(message: Uint8Array): AuthorizeRequest {
  requireQuestionBytes(message.length)
  requireFewFields(message, 'question')
  return decodeStrictly(AuthorizeRequest, message)
}

export function requireQuestionBytes(bytes: number): void {
  if (bytes <= questionBytesMax) return
  throw new DomainError('exhausted', {
    reason: 'QUESTION_TOO_LARGE',
    message: `a question must be at most ${questionBytesMax} bytes`,
  })
}
