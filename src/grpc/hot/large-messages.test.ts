import { expect, it } from 'vitest'
import { SeenTexts } from '../../domain/seen-texts.js'
import {
  AuthorizeBatchRequest,
  AuthorizeRequest,
  AuthorizeStreamRequest,
} from '../gen/postern/v1/authorization.js'
import { createHotCalls } from './hot-calls.js'
import { readPlainBatch } from './plain-batch.js'
import { questionTexts } from './plain-question.js'
import { readPlainStreamed } from './plain-streamed.js'

/** Messages that must not be looked through in one go. */

const secretTexts = new SeenTexts()
const texts = questionTexts(secretTexts)
const caller = { admit: () => undefined, leftMs: () => 1_000, isGone: false }
const never = () => expect.fail('nobody is asked')
const hot = createHotCalls({
  authorizer: { authorize: never, authorizeNow: never, batch: never },
  secretTexts,
  pace: never,
})
const questionOf = (bytes: number) => AuthorizeRequest.fromPartial({ action: 'a'.repeat(bytes) })

it('a batch is read as a plain one up to 256 KiB', () => {
  const batchOf = (count: number) =>
    Buffer.from(
      AuthorizeBatchRequest.encode(
        AuthorizeBatchRequest.fromPartial({ questions: Array(count).fill(questionOf(994)) }),
      ).finish(),
    )
  expect(readPlainBatch(texts, batchOf(262))).toHaveLength(262)
  expect(readPlainBatch(texts, batchOf(263))).toBeUndefined()
})

it('a question that is too long is refused before it is read or copied', () => {
  const question = questionOf(262_144)
  const message = Buffer.from(AuthorizeRequest.encode(question).finish())
  expect(hot.authorizeInPlace(message, 0, message.length)).toBeUndefined()
  expect(() => hot.authorize(message, caller)).toThrow('at most 262144 bytes')
  const streamed = AuthorizeStreamRequest.fromPartial({ id: 'a', question })
  const octets = Buffer.from(AuthorizeStreamRequest.encode(streamed).finish())
  expect(readPlainStreamed(texts, octets, 0, octets.length)).toBeUndefined()
  const ask = () => hot.authorizeStreamed(octets, 0, octets.length, caller)
  expect(ask).toThrow('at most 262144 bytes')
})
