import type { BinaryReader } from '@bufbuild/protobuf/wire'
import { readStrictly } from '../decode.js'

/** An AuthorizeBatchRequest whose questions are not decoded yet. */
export interface SplitBatch {
  readonly questions: readonly Uint8Array[]
  /** The message without its questions. */
  readonly rest: Uint8Array
}

const questionTag = 0x0a
const endGroup = 4

/**
 * Takes a batch apart, because to decode all of it at once could hold the thread for long. Stops after
 * `questionsMax` and one more questions. Throws `invalid` for what is no message.
 */
export function splitBatch(message: Uint8Array, questionsMax: number): SplitBatch {
  return readStrictly(message, (reader) => split(reader, message, questionsMax))
}

function split(reader: BinaryReader, message: Uint8Array, questionsMax: number): SplitBatch {
  const questions: Uint8Array[] = []
  const others: Uint8Array[] = []
  while (reader.pos < reader.len && questions.length <= questionsMax) {
    const start = reader.pos
    const tag = reader.uint32()
    if (tag === questionTag) {
      questions.push(reader.bytes())
      continue
    }
    // As the generated decoders have it.
    if (tag === 0 || (tag & 7) === endGroup) break
    reader.skip(tag & 7, tag >>> 3)
    others.push(message.subarray(start, reader.pos))
  }
  return { questions, rest: Buffer.concat(others) }
}
