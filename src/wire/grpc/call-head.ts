import { type Fields, findField } from '../fields.js'
import type { HeaderList } from '../hpack/decoder.js'
import type { CallLimits } from './call.js'
import { Metadata } from './metadata.js'
import type { Method } from './method.js'
import { Refusal } from './reply.js'
import { httpRefusalBlock, trailersOnlyBlock } from './reply-blocks.js'
import { Status } from './status.js'
import { parseTimeoutMs } from './timeout.js'

/** A request's headers, read: worked out once for all requests whose headers are the same. */
export interface CallHead {
  readonly fields: Fields
  readonly path: string
  readonly method: Method | undefined
  readonly metadata: Metadata
  /** What the client stated, no longer than is allowed; infinite for a stream without. */
  readonly timeoutMs: number
  readonly isGzip: boolean
  /** The answer, when the headers alone decide it. */
  readonly refusalBlock: Uint8Array | undefined
}

export interface CallHeadDeps {
  readonly limits: CallLimits
  readonly findMethod: (path: string) => Method | undefined
  /** Methods that are not found are somebody else's to refuse. */
  readonly hasFallback: boolean
}

export function readCallHead(list: HeaderList, deps: CallHeadDeps): CallHead {
  const { fields } = list
  const path = findField(fields, ':path') ?? ''
  const method = deps.findMethod(path)
  const statedMs = readTimeoutMs(fields)
  return {
    fields,
    path,
    method,
    metadata: new Metadata(fields),
    timeoutMs: timeoutMs(statedMs, method, deps.limits),
    isGzip: findField(fields, 'grpc-encoding') === 'gzip',
    refusalBlock: refusalBlock(list, { path, method, statedMs, ...deps }),
  }
}

interface Reading extends CallHeadDeps {
  readonly path: string
  readonly method: Method | undefined
  readonly statedMs: number | undefined
}

function refusalBlock(list: HeaderList, reading: Reading): Uint8Array | undefined {
  if (list.isTooLarge) {
    return trailersOnlyBlock(new Refusal(Status.resourceExhausted, 'the metadata is too large'))
  }
  if (findField(list.fields, ':method') !== 'POST') {
    return httpRefusalBlock(405, 'calls are made with the method POST')
  }
  if (!isGrpc(findField(list.fields, 'content-type'))) {
    return httpRefusalBlock(415, 'the content type is not that of gRPC')
  }
  const refusal = findRefusal(list.fields, reading)
  return refusal && trailersOnlyBlock(refusal)
}

function findRefusal(fields: Fields, reading: Reading): Refusal | undefined {
  const { path, method, statedMs, hasFallback } = reading
  if (Number.isNaN(statedMs)) {
    return new Refusal(Status.invalidArgument, 'the header `grpc-timeout` is malformed')
  }
  if (statedMs !== undefined && statedMs < 1) {
    return new Refusal(Status.deadlineExceeded, 'the deadline has passed')
  }
  if (!method) {
    if (hasFallback) return undefined
    return new Refusal(Status.unimplemented, `there is no method ${path}`)
  }
  if (!isKnownEncoding(findField(fields, 'grpc-encoding'))) {
    const accepted = ['grpc-accept-encoding', 'identity,gzip']
    return new Refusal(Status.unimplemented, 'messages in that encoding cannot be read', accepted)
  }
  return undefined
}

/** With a suffix for the form of the messages, or parameters, which the handlers may look at. */
function isGrpc(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(?:$|[+;])/.test(contentType)
}

function isKnownEncoding(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === 'identity' || encoding === 'gzip'
}

/** NaN for what is no timeout. */
function readTimeoutMs(fields: Fields): number | undefined {
  const value = findField(fields, 'grpc-timeout')
  return value === undefined ? undefined : (parseTimeoutMs(value) ?? Number.NaN)
}

function timeoutMs(
  statedMs: number | undefined,
  method: Method | undefined,
  limits: CallLimits,
): number {
  const isUnary = method?.kind === 'unary'
  const never = Number.POSITIVE_INFINITY
  const maxMs = method?.timeoutMsMax ?? (isUnary ? limits.timeoutMsMax : never)
  return Math.min(statedMs ?? (isUnary ? limits.timeoutMsDefault : never), maxMs)
}
