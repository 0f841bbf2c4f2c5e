import type { Fields } from '../fields.js'
import { encodeFields } from '../hpack/encoder.js'
import { WholeAnswer } from '../http2/whole-answer.js'
import { metadataFields } from './metadata.js'
import { percentEncode } from './percent.js'
import { Refusal } from './reply.js'
import { Status } from './status.js'

/** The header blocks of answers, as gRPC over HTTP/2 lays them out; the common ones are constant. */

const contentType = ['content-type', 'application/grpc']

const headers = [':status', '200', ...contentType]
const okTrailers = ['grpc-status', '0']

export const headersBlock = encodeFields(headers)
export const okTrailersBlock = encodeFields(okTrailers)
export const okAnswer = new WholeAnswer(headers, okTrailers)

export function headersBlockWith(metadata: Fields): Uint8Array {
  if (metadata.length === 0) return headersBlock
  return encodeFields([':status', '200', ...contentType, ...metadataFields(metadata)])
}

export function okTrailersBlockWith(metadata: Fields): Uint8Array {
  if (metadata.length === 0) return okTrailersBlock
  return encodeFields(['grpc-status', '0', ...metadataFields(metadata)])
}

/** The trailers of a call that has sent headers. */
export function refusalTrailersBlock(refusal: Refusal): Uint8Array {
  return encodeFields(refusalFields(refusal))
}

/** The one block of an answer that is nothing but its end. */
export function trailersOnlyBlock(refusal: Refusal): Uint8Array {
  return encodeFields([':status', '200', ...contentType, ...refusalFields(refusal)])
}

/** For who does not speak gRPC; who does reads the status all the same. */
export function httpRefusalBlock(httpStatus: number, message: string): Uint8Array {
  const refusal = new Refusal(Status.unknown, message)
  return encodeFields([':status', String(httpStatus), ...contentType, ...refusalFields(refusal)])
}

function refusalFields({ status, message, trailers }: Refusal): string[] {
  const fields = ['grpc-status', String(status)]
  if (message !== '') fields.push('grpc-message', percentEncode(message))
  return [...fields, ...metadataFields(trailers)]
}
