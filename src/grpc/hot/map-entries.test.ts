import { expect, it } from 'vitest'
import { AuthorizeRequest, AuthorizeStreamRequest } from '../gen/postern/v1/authorization.js'
import { mapEntriesMax, requireFewEntries } from './map-entries.js'

/** One entry each, or two with a map within. */
const entries = (count: number, value: unknown = 1) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`key-${at}`, value]))
const tooMany = `at most ${mapEntriesMax} entries`

function look(context: object, attributes: object = {}): void {
  const question = AuthorizeRequest.fromPartial({ context, resource: { attributes } })
  requireFewEntries(AuthorizeRequest.encode(question).finish(), 'question')
  const streamed = AuthorizeStreamRequest.fromPartial({ id: 'a', question })
  requireFewEntries(AuthorizeStreamRequest.encode(streamed).finish(), 'streamed')
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
  expect(() => requireFewEntries(message, 'question')).toThrow('must be a valid message')
})
