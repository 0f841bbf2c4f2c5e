import { expect, it } from 'vitest'
import { AuthorizeRequest, AuthorizeStreamRequest } from '../gen/postern/v1/authorization.js'
import { mapEntriesMax, questionFieldsMax, requireFewFields } from './few-fields.js'

/** One entry each, or two with a map within. */
const entries = (count: number, value: unknown = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key-${at}`, value]))
const tooMany = `at most ${mapEntriesMax} entries`

function look(context: object, attributes: object = {}): void {
  const question = AuthorizeRequest.fromPartial({ context, resource: { attributes } })
  requireFewFields(AuthorizeRequest.encode(question).finish(), 'question')
  const streamed = AuthorizeStreamRequest.fromPartial({ id: 'a', question })
  requireFewFields(AuthorizeStreamRequest.encode(streamed).finish(), 'streamed')
}

it('as many entries as may be are let through, in one map or more', () => {
  look(entries(mapEntriesMax))
  look(entries(mapEntriesMax / 2 - 1), { a: entries(mapEntriesMax / 2) })
})

it.each([
  ['of one map', entries(mapEntriesMax + 1), {}],
  ['of both', entries(mapEntriesMax / 2), entries(mapEntriesMax / 2 + 1)],
  ['of maps within maps', entries(mapEntriesMax / 2 + 1, { a: 1 }), {}],
  ['of maps in lists', { list: Array(mapEntriesMax / 2).fill({ a: 1 }) }, {}],
  ['in a list', { list: Array(mapEntriesMax).fill(1) }, {}],
])('one entry more is refused: %s', (_, context, attributes) => {
  expect(() => look(context, attributes)).toThrow(tooMany)
})

it('what is no message is said to be none', () => {
  const message = Buffer.alloc(20_000, 0xff)
  expect(() => requireFewFields(message, 'question')).toThrow('must be a valid message')
})

it.each([
  ['that nobody knows', Buffer.of(0x78, 0)],
  ['empty resources', Buffer.of(0x1a, 0)],
  ['actions', Buffer.of(0x12, 1, 0x61)],
  ['in a group that never ends', Buffer.of(0x7b, 0x78, 0)],
  ['in groups', Buffer.of(0x7b, 0x78, 0, 0x7c)],
])('more fields than may be are refused before they are all read: %s', (_, field) => {
  // What would be malformed is not seen.
  const message = Buffer.concat([Buffer.alloc(200_000, field), Buffer.of(0xff)])
  for (const kind of ['question', 'streamed'] as const) {
    expect(() => requireFewFields(message, kind)).toThrow(`at most ${questionFieldsMax} fields`)
  }
})

it('a question with all the entries that may be has few enough fields', () => {
  const value = Object.fromEntries(Array.from({ length: 749 }, (_, at) => [`key-${at}`, 'text']))
  look({ a: value }, { b: value })
  look({ list: Array(749).fill('text') }, { list: Array(749).fill(true) })
})
