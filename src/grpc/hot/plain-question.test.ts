import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SeenTexts } from '../../domain/seen-texts.js'
import { decodeStrictly } from '../decode.js'
import {
  AuthorizeBatchRequest,
  AuthorizeRequest,
  AuthorizeStreamRequest,
} from '../gen/postern/v1/authorization.js'
import { readPlainBatch } from './plain-batch.js'
import { Cursor, questionTexts, readPlainQuestion } from './plain-question.js'
import { readPlainStreamed } from './plain-streamed.js'

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 })
const strange = fc.string({ unit: 'binary', maxLength: 20 })
const text = fc.oneof({ weight: 50, arbitrary: ascii }, { weight: 1, arbitrary: strange })
/** Most questions have none. */
const map = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.dictionary(fc.string({ maxLength: 3 }), fc.integer(), { maxKeys: 2 }),
  },
)
const long = fc.string({ unit: 'grapheme-ascii', minLength: 120, maxLength: 400 })

const resource = fc.record(
  {
    organizationId: text,
    projectId: text,
    type: text,
    id: fc.oneof(text, long),
    name: text,
    locality: text,
    attributes: map,
  },
  { requiredKeys: [] },
)

const question = fc.record(
  {
    apiKey: text,
    action: text,
    resource,
    request: fc.record({ ip: text, userAgent: fc.oneof(text, long) }, { requiredKeys: [] }),
    context: map,
  },
  { requiredKeys: [] },
)

/** What is asked, whichever way it was read. */
function asked({ apiKey, action, resource, request, context }: AuthorizeRequest) {
  return { apiKey, action, resource, request, context }
}

/** One for all, as in a server. */
const texts = questionTexts(new SeenTexts())

function readAll(bytes: Uint8Array) {
  return readPlainQuestion(texts, Buffer.from(bytes), 0, bytes.length)
}

describe('the quick way to a question', () => {
  it('reads what the general decoder reads, or leaves it to that', () => {
    let read = 0
    fc.assert(
      fc.property(question, (parts) => {
        const bytes = AuthorizeRequest.encode(
          AuthorizeRequest.fromPartial(parts as object),
        ).finish()
        const plain = readAll(bytes)
        if (!plain) return
        read += 1
        expect(plain).toEqual(asked(decodeStrictly(AuthorizeRequest, bytes)))
      }),
      { numRuns: 3_000 },
    )
    expect(read).toBeGreaterThan(500)
  })

  it('reads nothing else of any bytes whatever', () => {
    const mutation = fc.record({ at: fc.nat(200), to: fc.nat(255) })
    fc.assert(
      fc.property(question, fc.array(mutation, { minLength: 1, maxLength: 3 }), (parts, edits) => {
        const message = AuthorizeRequest.fromPartial(parts as object)
        const bytes = Buffer.from(AuthorizeRequest.encode(message).finish())
        for (const { at, to } of edits) if (bytes.length > 0) bytes[at % bytes.length] = to
        const plain = readAll(bytes)
        if (plain) expect(plain).toEqual(asked(decodeStrictly(AuthorizeRequest, bytes)))
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['a field that comes twice', '0a0161 0a0162'],
    ['a part that comes twice', '1a00 1a00'],
    ['a text beyond the end', '0a0561'],
    ['a length that does not end', '0affffff7f'],
    ['text that is no ASCII', '0a02c3a9'],
    ['a consistency', '3200'],
    ['attributes', '1a023a00'],
    ['an unknown field', '4001'],
  ])('leaves %s to the general decoder', (_, hex) => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    expect(readAll(bytes)).toBeUndefined()
  })
})

describe('the quick way to many questions', () => {
  it('reads batches as the general decoder does', () => {
    let read = 0
    fc.assert(
      fc.property(fc.array(question, { maxLength: 5 }), (parts) => {
        const questions = parts.map((part) => AuthorizeRequest.fromPartial(part as object))
        const message = AuthorizeBatchRequest.fromPartial({ questions })
        const bytes = AuthorizeBatchRequest.encode(message).finish()
        const plain = readPlainBatch(texts, Buffer.from(bytes))
        if (!plain) return
        read += 1
        expect(plain).toEqual(decodeStrictly(AuthorizeBatchRequest, bytes).questions.map(asked))
      }),
      { numRuns: 1_000 },
    )
    expect(read).toBeGreaterThan(100)
  })

  it('reads streamed ones as the general decoder does', () => {
    let read = 0
    fc.assert(
      fc.property(question, text, (parts, id) => {
        const message = AuthorizeStreamRequest.fromPartial({ id, question: parts as object })
        const bytes = AuthorizeStreamRequest.encode(message).finish()
        const around = Buffer.concat([Buffer.of(0xff), bytes, Buffer.of(0xff)])
        const plain = readPlainStreamed(texts, around, 1, 1 + bytes.length)
        if (!plain) return
        read += 1
        const general = decodeStrictly(AuthorizeStreamRequest, bytes)
        const wanted = asked(general.question ?? AuthorizeRequest.fromPartial({}))
        expect(plain.question).toEqual(wanted)
        const { idStart, idEnd } = plain
        expect(around.toString('utf8', idStart, idEnd)).toBe(general.id)
      }),
      { numRuns: 2_000 },
    )
    expect(read).toBeGreaterThan(200)
  })

  it('reads nothing else of any streamed bytes whatever', () => {
    const mutation = fc.record({ at: fc.nat(200), to: fc.nat(255) })
    fc.assert(
      fc.property(question, ascii, fc.array(mutation, { maxLength: 3 }), (parts, id, edits) => {
        const message = AuthorizeStreamRequest.fromPartial({ id, question: parts as object })
        const bytes = Buffer.from(AuthorizeStreamRequest.encode(message).finish())
        for (const { at, to } of edits) if (bytes.length > 0) bytes[at % bytes.length] = to
        const plain = readPlainStreamed(texts, bytes, 0, bytes.length)
        if (!plain) return
        const general = decodeStrictly(AuthorizeStreamRequest, bytes)
        expect(plain.question).toEqual(asked(general.question ?? AuthorizeRequest.fromPartial({})))
        expect(bytes.toString('utf8', plain.idStart, plain.idEnd)).toBe(general.id)
      }),
      { numRuns: 5_000 },
    )
  })

  it.each([
    ['an id that is too long', Buffer.alloc(128, 'a')],
    ['an id that is no ASCII', Buffer.from('naïve')],
    ['an id that is no text', Buffer.of(0xff)],
  ])('leaves %s to the general decoder', (_, id) => {
    const length = id.length < 128 ? [id.length] : [0x80 | (id.length & 0x7f), id.length >> 7]
    const bytes = Buffer.concat([Buffer.of(0x0a, ...length), id, Buffer.of(0x12, 0)])
    expect(readPlainStreamed(texts, bytes, 0, bytes.length)).toBeUndefined()
  })

  it('leaves what follows the question to the general decoder', () => {
    const bytes = Buffer.from('0a0161 1200 1a00'.replaceAll(' ', ''), 'hex')
    expect(readPlainStreamed(texts, bytes, 0, 5)).toBeDefined()
    expect(readPlainStreamed(texts, bytes, 0, 7)).toBeUndefined()
  })

  it('reads lengths of two octets at most', () => {
    const endOf = (...octets: number[]) => {
      const cursor = new Cursor(texts.source, Buffer.from(octets), 0)
      const end = cursor.end(100_000)
      return cursor.isLost ? 'lost' : end
    }
    expect([endOf(5), endOf(0xff, 0x7f), endOf(0x80, 0x80, 1)]).toEqual([6, 2 + 0x3fff, 'lost'])
  })

  it('leaves texts of more than 16 KiB to the general decoder', () => {
    for (const [length, isPlain] of [
      [16_383, true],
      [16_384, false],
      [40_000, false],
    ] as const) {
      const message = AuthorizeRequest.fromPartial({ action: 'a'.repeat(length) })
      const plain = readAll(AuthorizeRequest.encode(message).finish())
      expect(plain?.action.length).toBe(isPlain ? length : undefined)
    }
  })
})
