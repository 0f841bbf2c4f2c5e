import { expect, test } from 'vitest'
import { message } from '../../test/support/wire/frames.js'
import { HeldRequest } from './held-request.js'

/** A request with so much room, and what is held of it. */
function held(bytesMax = Number.POSITIVE_INFINITY) {
  let bytes = 0
  const request = new HeldRequest({
    hold(more) {
      if (bytes + more > bytesMax) return false
      bytes += more
      return true
    },
    unhold(fewer) {
      bytes -= fewer
    },
  })
  return { request, bytes: () => bytes }
}

test('an answer gives back the messages that are whole, however they are cut', () => {
  const octets = Buffer.concat([message('one'), message(''), message('three')])
  for (let cut = 1; cut < octets.length; cut++) {
    const { request, bytes } = held()
    request.take(octets.subarray(0, cut))
    request.take(octets.subarray(cut))
    request.answered()
    expect(bytes()).toBe(0)
  }
})

test('an answer gives back nothing of a message that is not whole', () => {
  const { request, bytes } = held()
  request.take(Buffer.concat([message('one'), message('two').subarray(0, 6)]))
  request.answered()
  expect(bytes()).toBe(6)
  request.take(message('two').subarray(6, 7))
  const before = bytes()
  request.answered()
  expect(bytes()).toBe(before)
  request.close()
  expect(bytes()).toBe(0)
})

test('small pieces count for more than their octets', () => {
  const { request } = held(10_000)
  let pieces = 0
  while (request.take(Buffer.of(0))) pieces += 1
  expect(pieces).toBeLessThan(50)
})
