import {
  type AskedQuestion,
  Cursor,
  plainBytesMax,
  type QuestionTexts,
  readPlainQuestion,
} from './plain-question.js'

export interface StreamedQuestion {
  /** The id, where it lies in what was read: answers repeat it, and nothing else is done with it. */
  readonly idStart: number
  readonly idEnd: number
  readonly question: AskedQuestion
}

const idTag = 0x0a
const questionTag = 0x12

/**
 * Reads an AuthorizeStreamRequest that holds a short ASCII id and a plain question, in this order;
 * `undefined` for any other, which is for the general decoder. The message is from `start` to before
 * `end` of `octets`.
 */
export function readPlainStreamed(
  texts: QuestionTexts,
  octets: Buffer,
  start: number,
  end: number,
): StreamedQuestion | undefined {
  if (end - start > plainBytesMax) return undefined
  const cursor = new Cursor(texts.source, octets, start)
  if (start === end || cursor.octet() !== idTag) return undefined
  const idEnd = cursor.end(end)
  const idStart = cursor.at
  if (cursor.isLost || idEnd - idStart >= 0x80 || idEnd === end) return undefined
  for (let at = idStart; at < idEnd; at++) if ((octets[at] ?? 0) >= 0x80) return undefined
  cursor.at = idEnd
  if (cursor.octet() !== questionTag || cursor.end(end) !== end || cursor.isLost) return undefined
  const question = readPlainQuestion(texts, octets, cursor.at, end)
  return question && { idStart, idEnd, question }
}
