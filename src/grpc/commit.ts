import type { MethodDefinition, ServerUnaryCall } from '@grpc/grpc-js'
import type { Stamped } from '../service/ports/store.js'
import type { Retry } from '../service/retry.js'
import { encodeRevision } from '../service/revision.js'
import { type Effectiveness, prepareWait } from './effective.js'
import { withRevision } from './pending-revision.js'
import { sendRevision } from './revision-header.js'
import { writeOptionsOf } from './write-options.js'

/**
 * What every write has in common: `run` performs it in one transaction, and makes the answer with
 * `pendingRevision` in place of what the transaction does not know yet.
 */
export type Commit = <Request, Response>(
  call: ServerUnaryCall<Request, Response>,
  run: (retry: Retry<Response> | undefined) => Promise<Stamped<Response>>,
) => Promise<Response>

/** How the messages of a method are written, by its path. */
export type FindCodec = (path: string) => MethodDefinition<unknown, unknown> | undefined

export function createCommit(effectiveness: Effectiveness, findCodec: FindCodec): Commit {
  return async (call, run) => {
    const { idempotencyKey, whenEffective } = writeOptionsOf(call.metadata)
    const wait = whenEffective ? prepareWait(effectiveness, call.getDeadline()) : undefined
    const { value, revision } = await run(
      idempotencyKey === undefined ? undefined : toRetry(call, idempotencyKey, findCodec),
    )
    await wait?.()
    return withRevision(value, sendRevision(call, encodeRevision(revision)))
  }
}

/** Messages that are equal are written with equal bytes, whatever bytes they were read from. */
function toRetry<Request, Response>(
  call: ServerUnaryCall<Request, Response>,
  idempotencyKey: string,
  findCodec: FindCodec,
): Retry<Response> {
  const path = call.getPath()
  const codec = findCodec(path)
  if (!codec) throw new Error(`no method is at ${path}`)
  return {
    idempotencyKey,
    request: [path, codec.requestSerialize(call.request)],
    encode: (answer) => codec.responseSerialize(answer),
    decode: (bytes) => codec.responseDeserialize(Buffer.from(bytes)) as Response,
  }
}
