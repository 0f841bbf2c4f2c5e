import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { questionAttributeLimits } from '../../domain/attributes.js'
import { DomainError } from '../../domain/errors.js'
import { readStrictly } from '../decode.js'

/** Of attributes and context together, and of what is within: no good question has more. */
export const mapEntriesMax = 2 * questionAttributeLimits.totalMax
const entryBytesMin = 2

type Kind = 'streamed' | 'question' | 'resource' | 'map' | 'entry' | 'value' | 'list' | 'element'

/** Which fields lead to maps. */
const parts: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  streamed: { 2: 'question' },
  question: { 3: 'resource', 5: 'map' },
  resource: { 7: 'map' },
  map: { 1: 'entry' },
  entry: { 2: 'value' },
  value: { 5: 'map', 6: 'list' },
  list: { 1: 'element' },
  element: { 5: 'map', 6: 'list' },
}

/**
 * Throws `exhausted` for a question with more entries and elements than may be: to decode one takes a microsecond,
 * a hundred times as long as to read over it. Throws `invalid` for what is no message.
 */
export function requireFewEntries(message: Uint8Array, kind: 'streamed' | 'question'): void {
  if (message.length <= mapEntriesMax * entryBytesMin) return
  const entries = readStrictly(message, (reader) => count(reader, kind, reader.len))
  if (entries <= mapEntriesMax) return
  throw new DomainError('exhausted', {
    reason: 'QUESTION_TOO_LARGE',
    message: `the attributes of a question must be at most ${mapEntriesMax} entries and elements in all`,
  })
}

/** Reads over what the generated decoders read over, and stops where they do. */
function count(reader: BinaryReader, kind: Kind, end: number): number {
  let entries = kind === 'entry' || kind === 'element' ? 1 : 0
  while (reader.pos < end && entries <= mapEntriesMax) {
    const tag = reader.uint32()
    const type = tag & 7
    const part = type === WireType.LengthDelimited ? parts[kind][tag >>> 3] : undefined
    if (part) entries += count(reader, part, reader.uint32() + reader.pos)
    else if (tag === 0 || type === WireType.EndGroup) break
    else reader.skip(type)
  }
  return entries
}
