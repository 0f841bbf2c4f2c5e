import type { AsciiLook } from './ascii-look.js'
import { type AskedQuestion, plainBytesMax, readPlainQuestion } from './plain-question.js'

export interface StreamedQuestion {
  readonly id: string
  readonly question: AskedQuestion
}

const idTag = 0x0a
const questionTag = 0x12

/**
 * Reads an AuthorizeStreamRequest that holds a short ASCII id and a plain question, in this order;
 * `undefined` for any other, which is for the general decoder. The message is from `start` to before
 * `end` of what was read.
 */
export function readPlainStreamed(
  look: AsciiLook,
  read: Buffer,
  start: number,
  end: number,
): StreamedQuestion | undefined {
  if (end - start > plainBytesMax) return undefined
  const octets = read.toString('latin1', start, end)
  const idEnd = 2 + octets.charCodeAt(1)
  if (octets.charCodeAt(0) !== idTag || !(idEnd < octets.length && idEnd < 0x82)) return undefined
  for (let at = 2; at < idEnd; at++) if (octets.charCodeAt(at) >= 0x80) return undefined
  if (octets.charCodeAt(idEnd) !== questionTag) return undefined
  const low = octets.charCodeAt(idEnd + 1)
  const high = low < 0x80 ? 0 : octets.charCodeAt(idEnd + 2)
  const from = idEnd + (low < 0x80 ? 2 : 3)
  if (from + (low & 0x7f) + (high << 7) !== octets.length || !(high < 0x80)) return undefined
  const isAscii = look.isAscii(read, start + from, end)
  const question = readPlainQuestion(octets, { start: from, end: octets.length, isAscii })
  return question && { id: octets.slice(2, idEnd), question }
}
