import { type AskedQuestion, readPlainQuestion } from './plain-question.js'

const questionTag = 0x0a

/**
 * Reads an AuthorizeBatchRequest that holds nothing but plain questions, in latin1; `undefined` for
 * any other, which is for the general decoder.
 */
export function readPlainBatch(octets: string): AskedQuestion[] | undefined {
  const questions: AskedQuestion[] = []
  let at = 0
  while (at < octets.length) {
    if (octets.charCodeAt(at++) !== questionTag) return undefined
    const low = octets.charCodeAt(at++)
    const high = low < 0x80 ? 0 : octets.charCodeAt(at++)
    const end = at + (low & 0x7f) + (high << 7)
    if (!(high < 0x80 && end <= octets.length)) return undefined
    const question = readPlainQuestion(octets, at, end)
    if (!question) return undefined
    questions.push(question)
    at = end
  }
  return questions
}
