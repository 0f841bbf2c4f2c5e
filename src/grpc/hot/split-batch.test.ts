import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeStrictly } from '../decode.js'
import { AuthorizeBatchRequest, AuthorizeRequest } from '../gen/postern/v1/authorization.js'
import { splitBatch } from './split-batch.js'

const question = fc
  .record({ apiKey: fc.string(), action: fc.string(), resource: fc.record({ id: fc.string() }) })
  .map((parts) => AuthorizeRequest.fromPartial(parts as object))

const batch = fc.record({
  questions: fc.array(question, { maxLength: 5 }),
  isConsistent: fc.boolean(),
})

const edit = fc.record({ at: fc.nat(200), to: fc.nat(255) })

function encode({ questions, isConsistent }: { questions: object[]; isConsistent: boolean }) {
  const requirement = { $case: 'fullyConsistent', value: true } as const
  const message = { questions, ...(isConsistent && { consistency: { requirement } }) }
  return Buffer.from(
    AuthorizeBatchRequest.encode(AuthorizeBatchRequest.fromPartial(message as object)).finish(),
  )
}

function inPieces(bytes: Buffer): AuthorizeBatchRequest {
  const { questions, rest } = splitBatch(bytes, 1_000)
  const decoded = questions.map((part) => decodeStrictly(AuthorizeRequest, part))
  return { ...decodeStrictly(AuthorizeBatchRequest, rest), questions: decoded }
}

it('means in pieces what the whole means', () => {
  fc.assert(
    fc.property(batch, (parts) => {
      const bytes = encode(parts)
      expect(inPieces(bytes)).toEqual(decodeStrictly(AuthorizeBatchRequest, bytes))
    }),
    { numRuns: 1_000 },
  )
})

it('is refused as malformed or taken apart, whatever the bytes', () => {
  let refused = 0
  fc.assert(
    fc.property(batch, fc.array(edit, { minLength: 1, maxLength: 2 }), (parts, edits) => {
      const bytes = encode(parts)
      for (const { at, to } of edits) if (bytes.length > 0) bytes[at % bytes.length] = to
      try {
        inPieces(bytes)
      } catch (error) {
        refused += 1
        expect(error).toMatchObject({ kind: 'invalid', reason: 'MESSAGE_MALFORMED' })
      }
    }),
    { numRuns: 2_000 },
  )
  expect(refused).toBeGreaterThan(100)
})

it('counts no further than one too many', () => {
  const bytes = Buffer.alloc(2_000_000, Buffer.of(0x0a, 0))
  expect(splitBatch(bytes, 1_000).questions).toHaveLength(1_001)
})

const tooMuch = /at most 4096 bytes besides its questions/

it.each([
  ['fields that nobody knows', Buffer.of(0x78, 0)],
  ['empty fields that somebody knows', Buffer.of(0x12, 0)],
  ['a group that never ends', Buffer.of(0x7b, 0x78, 0)],
])('reads no further than may be besides the questions: %s', (_, field) => {
  expect(() => splitBatch(Buffer.alloc(4_098, field), 1_000)).toThrow(tooMuch)
  // Quickly: what would be malformed is not seen.
  const long = Buffer.concat([Buffer.alloc(4_000_000, field), Buffer.of(0xff)])
  expect(() => splitBatch(long, 1_000)).toThrow(tooMuch)
})

it('leaves to the decoder what groups hold', () => {
  const group = Buffer.of(0x7b, 0x0a, 0, 0x7c)
  const { questions, rest } = splitBatch(Buffer.concat([group, Buffer.of(0x0a, 0)]), 1_000)
  expect([questions.length, Buffer.from(rest).toString('hex')]).toEqual([1, '7b0a007c'])
})
