import type { SeenTexts } from '../../domain/seen-texts.js'
import type { Authorizer } from '../../service/authorize.js'
import { batchMax, type QuestionBatch, requireBatchSize } from '../../service/authorize-batch.js'
import type { Demand } from '../../service/entities.js'
import type { Asker, Pacer } from '../../service/pacer.js'
import { demandOf } from '../consistency.js'
import { decodeStrictly } from '../decode.js'
import { AuthorizeBatchRequest } from '../gen/postern/v1/authorization.js'
import { AnswerWriter } from './answer-writer.js'
import { BatchWriter } from './batch-writer.js'
import type { HotCaller } from './caller.js'
import { decodeQuestion, requireQuestionBytes } from './decode-question.js'
import { readPlainBatch } from './plain-batch.js'
import { plainBytesMax, questionTexts, readPlainQuestion } from './plain-question.js'
import { splitBatch } from './split-batch.js'
import { createStreamed, type StreamedAnswer } from './streamed.js'

/**
 * The methods that are asked at full rate, from message to message, whichever engine carries them.
 * What memory can answer is answered without a promise, and that answer is good until the next one:
 * who keeps it longer copies it. Throw or reject with `DomainError`.
 */
export interface HotCalls {
  readonly authorize: UnaryAnswer
  /** The same for a caller that was admitted, if memory can answer; the message is a part of `octets`. */
  authorizeInPlace(octets: Buffer, start: number, end: number): Uint8Array | undefined
  readonly authorizeBatch: UnaryAnswer
  /** One message of a stream whose caller was admitted; the answer bears the question's id. */
  readonly authorizeStreamed: StreamedAnswer
}

export type UnaryAnswer = (message: Buffer, caller: HotCaller) => Uint8Array | Promise<Uint8Array>

export interface HotCallsDeps {
  readonly authorizer: Authorizer
  /** To read keys with. */
  readonly secretTexts: SeenTexts
  /** Begins to count the time that the thread is held. */
  pace(asker: Asker): Pacer
}

export function createHotCalls({ authorizer, secretTexts, pace }: HotCallsDeps): HotCalls {
  const answers = new AnswerWriter()
  const batches = new BatchWriter()
  const askSlowly = async (message: Buffer, leftMs: number): Promise<Uint8Array> => {
    const request = decodeQuestion(message)
    const demand = demandOf(request.consistency, leftMs)
    return Buffer.from(answers.write(await authorizer.authorize(request, demand)))
  }
  const askBatchSlowly = async (message: Buffer, caller: HotCaller): Promise<Uint8Array> => {
    const leftMs = caller.leftMs()
    const { questions, rest } = splitBatch(message, batchMax)
    requireBatchSize(questions)
    const { consistency } = decodeStrictly(AuthorizeBatchRequest, rest)
    const pacer = pace(caller)
    const asked = await pacer.map(questions, decodeQuestion)
    return answerSlowly(authorizer.batch(asked, pacer), demandOf(consistency, leftMs), pacer)
  }
  const answerSlowly = async (
    batch: QuestionBatch,
    demand: Demand,
    pacer: Pacer,
  ): Promise<Uint8Array> => {
    const decided = await batch.answer(demand)
    const fields = await pacer.map(decided.value, (each) => batches.field(each, decided.revision))
    return batches.writeFields(fields, decided)
  }
  const texts = questionTexts(secretTexts)
  const authorizeInPlace = (octets: Buffer, start: number, end: number) => {
    if (end - start > plainBytesMax) return undefined
    const plain = readPlainQuestion(texts, octets, start, end)
    const answer = plain && authorizer.authorizeNow(plain)
    return answer && answers.write(answer)
  }
  return {
    authorizeInPlace,
    authorize(message, caller) {
      const admission = caller.admit()
      if (admission) return later(admission, message, (own) => askSlowly(own, caller.leftMs()))
      const answer = authorizeInPlace(message, 0, message.length)
      if (answer) return answer
      requireQuestionBytes(message.length)
      return askSlowly(Buffer.from(message), caller.leftMs())
    },
    authorizeBatch(message, caller) {
      const admission = caller.admit()
      if (admission) return later(admission, message, (own) => askBatchSlowly(own, caller))
      const pacer = pace(caller)
      const plain = readPlainBatch(texts, message)
      if (!plain) return askBatchSlowly(Buffer.from(message), caller)
      const batch = authorizer.batch(plain, pacer)
      const decided = batch.answerNow()
      if (decided) return batches.write(decided)
      return answerSlowly(batch, demandOf(undefined, caller.leftMs()), pacer)
    },
    authorizeStreamed: createStreamed(authorizer, answers, texts),
  }
}

/** The message lies in what was read from the socket, which is not there any more after a wait. */
async function later(
  admission: Promise<void>,
  message: Buffer,
  ask: (own: Buffer) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const own = Buffer.from(message)
  await admission
  return ask(own)
}
