import { DomainError } from '../../domain/errors.js'
import { invalid } from '../../domain/validation.js'
import type { Authorizer } from '../../service/authorize.js'
import { toQuestionError } from '../answer.js'
import { demandOf } from '../consistency.js'
import { decodeStrictly } from '../decode.js'
import {
  AuthorizeRequest,
  AuthorizeStreamRequest,
  QuestionError,
} from '../gen/postern/v1/authorization.js'
import type { AnswerWriter } from './answer-writer.js'
import type { HotCaller } from './caller.js'
import { requireQuestionBytes } from './decode-question.js'
import { requireFewFields } from './few-fields.js'
import { varintBytes, writeVarint } from './fields.js'
import type { QuestionTexts } from './plain-question.js'
import { readPlainStreamed, type StreamedQuestion } from './plain-streamed.js'
import { Scratch } from './scratch.js'

const idTag = 0x0a
const responseTag = 0x12
const errorTag = 0x1a
const idBytesMax = 128

/** The message is from `start` to before `end` of `octets`. */
export type StreamedAnswer = (
  octets: Buffer,
  start: number,
  end: number,
  caller: Pick<HotCaller, 'leftMs'>,
) => Uint8Array | Promise<Uint8Array>

/**
 * Answers one message of AuthorizeStream. A question that cannot be answered fails alone; only a
 * message that is none throws, and ends the call.
 */
export function createStreamed(
  authorizer: Authorizer,
  writer: AnswerWriter,
  texts: QuestionTexts,
): StreamedAnswer {
  const streamed = new StreamedWriter()
  const askSlowly = async (message: Buffer, leftMs: number): Promise<Uint8Array> => {
    requireFewFields(message, 'streamed')
    const { id: text, question } = decodeStrictly(AuthorizeStreamRequest, message)
    const id = Buffer.from(text)
    try {
      requireShort(id)
      const asked = question ?? AuthorizeRequest.decode(noBytes)
      const answer = await authorizer.authorize(asked, demandOf(asked.consistency, leftMs))
      return Buffer.from(streamed.write(id, responseTag, writer.write(answer)))
    } catch (error) {
      return refuseAlone(id, error)
    }
  }
  return (octets, start, end, caller) => {
    const plain = readPlainStreamed(texts, octets, start, end)
    if (!plain) {
      requireQuestionBytes(end - start)
      return askSlowly(Buffer.from(octets.subarray(start, end)), caller.leftMs())
    }
    try {
      const answer = authorizer.authorizeNow(plain.question)
      if (answer) return streamed.writeFor(octets, plain, responseTag, writer.write(answer))
    } catch (error) {
      return refuseAlone(octets.subarray(plain.idStart, plain.idEnd), error)
    }
    return askSlowly(Buffer.from(octets.subarray(start, end)), caller.leftMs())
  }
}

const noBytes = new Uint8Array()

function requireShort(id: Uint8Array): void {
  if (id.length <= idBytesMax) return
  throw invalid([
    { field: 'id', reason: 'TOO_LONG', description: `must be at most ${idBytesMax} bytes` },
  ])
}

function refuseAlone(id: Uint8Array, error: unknown): Uint8Array {
  if (!(error instanceof DomainError)) throw error
  const body = QuestionError.encode(toQuestionError(error)).finish()
  return new StreamedWriter().write(id, errorTag, body)
}

/** Writes AuthorizeStreamResponse; what it answers is good until it writes the next one. */
class StreamedWriter {
  readonly #scratch = new Scratch()

  /** For the question with that id, in UTF-8. */
  write(id: Uint8Array, tag: number, body: Uint8Array): Uint8Array {
    return this.writeFor(id, { idStart: 0, idEnd: id.length }, tag, body)
  }

  /** The id lies in what was read. */
  writeFor(
    read: Uint8Array,
    { idStart, idEnd }: Pick<StreamedQuestion, 'idStart' | 'idEnd'>,
    tag: number,
    body: Uint8Array,
  ): Uint8Array {
    const idBytes = idEnd - idStart
    const headBytes = 2 + varintBytes(idBytes) + varintBytes(body.length)
    const octets = this.#scratch.atLeast(headBytes + idBytes + body.length)
    octets[0] = idTag
    let at = writeVarint(octets, 1, idBytes)
    for (let from = idStart; from < idEnd; from++) octets[at++] = read[from] ?? 0
    octets[at] = tag
    at = writeVarint(octets, at + 1, body.length)
    octets.set(body, at)
    return this.#scratch.first(at + body.length)
  }
}
