import { expect, test } from 'vitest'
import { OctetQueue } from './octet-queue.js'

const text = ({ octets, start, end }: OctetQueue) => octets.toString('latin1', start, end)

test('octets come out in the order that they went in', () => {
  const queue = new OctetQueue()
  let expected = ''
  for (let index = 0; index < 2_000; index++) {
    const piece = String(index)
    queue.push(Buffer.from(piece))
    expected += piece
    const shifted = Math.min(index % 4, queue.bytes)
    queue.shift(shifted)
    expected = expected.slice(shifted)
  }
  expect(text(queue) === expected).toBe(true)
  expect(queue.bytes).toBe(expected.length)
})

test('many small pieces take little more memory than they are long, and none when all are gone', () => {
  const queue = new OctetQueue()
  for (let index = 0; index < 300_000; index++) queue.push(Buffer.of(index))
  expect(queue.capacity).toBeLessThanOrEqual(300_000 + 65_536)
  queue.shift(300_000)
  expect(queue.capacity).toBe(0)
})

test('what was handed out does not change', () => {
  const queue = new OctetQueue()
  queue.push(Buffer.alloc(200, 'a'))
  const handedOut = queue.octets.subarray(queue.start, queue.end)
  queue.shift(150)
  for (let index = 0; index < 100; index++) queue.push(Buffer.alloc(50, 'b'))
  expect(handedOut.toString()).toBe('a'.repeat(200))
})

test('it can be told beforehand how much memory is needed', () => {
  const queue = new OctetQueue()
  for (const length of [1, 300, 5_000, 1, 100_000, 70_000]) {
    const needed = queue.capacityFor(length)
    queue.push(Buffer.alloc(length))
    expect(queue.capacity).toBe(needed)
    queue.shift(Math.floor(length / 2))
  }
})
