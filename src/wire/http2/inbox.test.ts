import { expect, it } from 'vitest'
import * as f from '../../../test/support/wire/frames.js'
import { emptyFrame, type Frame } from './frame.js'
import { Inbox } from './inbox.js'

/** As a socket is read: into memory in which more stands, and which the next reading writes over. */
function memoryWith(octets: Buffer): Buffer {
  return Buffer.concat([octets, Buffer.alloc(64, 0xee)])
}

function payloads(inbox: Inbox): string[] {
  const frame: Frame = emptyFrame()
  const seen: string[] = []
  while (inbox.next(frame)) seen.push(frame.octets.toString('latin1', frame.start, frame.end))
  return seen
}

const ping = (text: string) => f.ping(text.padEnd(8))
const preface = Buffer.from(f.preface)

it('hands out frames in the order of the readings, however many came before it is asked', () => {
  const inbox = new Inbox()
  const receive = (octets: Buffer) => inbox.receive(memoryWith(octets), octets.length)
  const first = Buffer.concat([preface, ping('one'), ping('two')])
  for (const octets of [first, ping('three'), ping('four')]) receive(octets)
  expect(payloads(inbox).map((text) => text.trim())).toEqual(['one', 'two', 'three', 'four'])
  for (const octets of [ping('five'), ping('six')]) receive(octets)
  expect(inbox.next(emptyFrame())).toBe(true)
  receive(ping('seven'))
  expect(payloads(inbox).map((text) => text.trim())).toEqual(['six', 'seven'])
  expect(inbox.isWaiting).toBe(false)
})

it('keeps what is left at the end of a turn, and nothing of what stands behind it', () => {
  const inbox = new Inbox()
  const frame: Frame = emptyFrame()
  const memory = memoryWith(Buffer.concat([preface, ping('one'), ping('two'), ping('three')]))
  const half = ping('four').subarray(0, 12)
  const end = memory.length - 64
  inbox.receive(memory, end)
  expect(inbox.next(frame)).toBe(true)
  inbox.receive(memoryWith(half), half.length)
  inbox.endTurn()
  memory.fill(0xee)
  expect(inbox.bytes).toBe(2 * 17 + half.length)
  expect(payloads(inbox).map((text) => text.trim())).toEqual(['two', 'three'])
  expect(inbox.isWaiting).toBe(true)
  const rest = ping('four').subarray(12)
  inbox.receive(memoryWith(rest), rest.length)
  expect(payloads(inbox).map((text) => text.trim())).toEqual(['four'])
})
