import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { questionAttributeLimits } from '../../domain/attributes.js'
import { DomainError } from '../../domain/errors.js'
import { readStrictly } from '../decode.js'

/** Of attributes and context together, and of what is within: no good question has more. */
export const mapEntriesMax = 2 * questionAttributeLimits.totalMax
/** An entry is a field of three, and a question has few besides: of those that nobody knows too. */
export const questionFieldsMax = 5 * mapEntriesMax
const fieldBytesMin = 2

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

interface Counts {
  entries: number
  fields: number
}

/**
 * Throws `exhausted` for a question with more entries and elements than may be, or more fields of any
 * kind: to decode one takes up to a microsecond, a hundred times as long as to read over it. Throws
 * `invalid` for what is no message.
 */
export function requireFewFields(message: Uint8Array, kind: 'streamed' | 'question'): void {
  if (message.length <= mapEntriesMax * fieldBytesMin) return
  const counts = { entries: 0, fields: 0 }
  readStrictly(message, (reader) => count(reader, counts, { kind, end: reader.len }))
  if (counts.entries > mapEntriesMax) {
    const bound = `at most ${mapEntriesMax} entries and elements in all`
    throw tooLarge(`the attributes of a question must be ${bound}`)
  }
  if (counts.fields > questionFieldsMax) {
    throw tooLarge(`a question must be at most ${questionFieldsMax} fields in all`)
  }
}

function tooLarge(message: string): DomainError {
  return new DomainError('exhausted', { reason: 'QUESTION_TOO_LARGE', message })
}

interface Part {
  readonly kind: Kind
  readonly end: number
}

/** Reads over what the generated decoders read over, and stops where they do, or once it is too much. */
function count(reader: BinaryReader, counts: Counts, { kind, end }: Part): void {
  if (kind === 'entry' || kind === 'element') counts.entries += 1
  let groups = 0
  while (reader.pos < end && isWithin(counts)) {
    counts.fields += 1
    const tag = reader.uint32()
    const type = tag & 7
    const isPart = type === WireType.LengthDelimited && groups === 0
    const part = isPart ? parts[kind][tag >>> 3] : undefined
    if (part) count(reader, counts, { kind: part, end: reader.uint32() + reader.pos })
    // The reader would skip a group in one go, however many fields it has.
    else if (type === WireType.StartGroup) groups += 1
    else if (type === WireType.EndGroup && groups > 0) groups -= 1
    else if (tag === 0 || type === WireType.EndGroup) return
    else reader.skip(type)
  }
}

function isWithin({ entries, fields }: Counts): boolean {
  return entries <= mapEntriesMax && fields <= questionFieldsMax
}
