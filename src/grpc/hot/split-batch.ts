import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { DomainError } from '../../domain/errors.js'
import { readStrictly } from '../decode.js'

/** An AuthorizeBatchRequest whose questions are not decoded yet. */
export interface SplitBatch {
  readonly questions: readonly Uint8Array[]
  /** The message without its questions. */
  readonly rest: Uint8Array
}

const questionTag = 0x0a
/** What is said about a whole batch is a few dozen octets, and none of them is anybody's who means well. */
const restBytesMax = 4_096

/**
 * Takes a batch apart, because to decode all of it at once could hold the thread for long. Stops after
 * `questionsMax` and one more questions. Throws `invalid` for what is no message, and `exhausted` for one
 * with more than may be besides its questions.
 */
export function splitBatch(message: Uint8Array, questionsMax: number): SplitBatch {
  const parts = readStrictly(message, (reader) => split(reader, message, questionsMax))
  if (parts.rest.length <= restBytesMax) return parts
  throw new DomainError('exhausted', {
    reason: 'BATCH_TOO_LARGE',
    message: `a batch must be at most ${restBytesMax} bytes besides its questions`,
  })
}

function split(reader: BinaryReader, message: Uint8Array, questionsMax: number): SplitBatch {
  const questions: Uint8Array[] = []
  const others: Uint8Array[] = []
  let restBytes = 0
  let groups = 0
  while (reader.pos < reader.len && questions.length <= questionsMax && restBytes <= restBytesMax) {
    const start = reader.pos
    const tag = reader.uint32()
    if (tag === questionTag && groups === 0) {
      questions.push(reader.bytes())
      continue
    }
    const type = tag & 7
    // The reader would skip a group in one go, however many fields it has.
    if (type === WireType.StartGroup) groups += 1
    else if (type === WireType.EndGroup && groups > 0) groups -= 1
    // As the generated decoders have it.
    else if (tag === 0 || type === WireType.EndGroup) break
    else reader.skip(type, tag >>> 3)
    others.push(message.subarray(start, reader.pos))
    restBytes += reader.pos - start
  }
  return { questions, rest: Buffer.concat(others) }
}
