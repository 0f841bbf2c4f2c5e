import { batchMax } from '../../service/authorize-batch.js'
import {
  type AskedQuestion,
  Cursor,
  type QuestionTexts,
  readPlainQuestion,
} from './plain-question.js'

const questionTag = 0x0a
/** As many questions as there may be are rarely longer; what is would hold the thread for long. */
const bytesMax = 262_144

/**
 * Reads an AuthorizeBatchRequest that holds nothing but plain questions; `undefined` for any other,
 * which is for the general decoder.
 */
export function readPlainBatch(texts: QuestionTexts, message: Buffer): AskedQuestion[] | undefined {
  const { length } = message
  if (length > bytesMax) return undefined
  const cursor = new Cursor(texts.source, message, 0)
  const questions: AskedQuestion[] = []
  while (cursor.at < length) {
    if (questions.length === batchMax || cursor.octet() !== questionTag) return undefined
    const end = cursor.end(length)
    if (cursor.isLost) return undefined
    const question = readPlainQuestion(texts, message, cursor.at, end)
    if (!question) return undefined
    questions.push(question)
    cursor.at = end
  }
  return questions
}
