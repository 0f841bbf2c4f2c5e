import { isAscii } from 'node:buffer'
import { batchMax } from '../../service/authorize-batch.js'
import type { AsciiLook } from './ascii-look.js'
import { type AskedQuestion, readPlainQuestion } from './plain-question.js'

const questionTag = 0x0a
/** As many questions as there may be are rarely longer; what is would hold the thread for long. */
const bytesMax = 262_144

/**
 * Reads an AuthorizeBatchRequest that holds nothing but plain questions; `undefined` for any other,
 * which is for the general decoder.
 */
export function readPlainBatch(look: AsciiLook, message: Buffer): AskedQuestion[] | undefined {
  if (message.length > bytesMax) return undefined
  const octets = message.toString('latin1')
  const isAllAscii = isAscii(message)
  const questions: AskedQuestion[] = []
  let at = 0
  while (at < octets.length) {
    if (questions.length === batchMax) return undefined
    if (octets.charCodeAt(at++) !== questionTag) return undefined
    const low = octets.charCodeAt(at++)
    const high = low < 0x80 ? 0 : octets.charCodeAt(at++)
    const end = at + (low & 0x7f) + (high << 7)
    if (!(high < 0x80 && end <= octets.length)) return undefined
    // The lengths of long questions are no ASCII, though all within them may be.
    const part = { start: at, end, isAscii: isAllAscii || look.isAscii(message, at, end) }
    const question = readPlainQuestion(octets, part)
    if (!question) return undefined
    questions.push(question)
    at = end
  }
  return questions
}
