import { beforeEach, expect, it } from 'vitest'
import { memoryUsed } from '../../test/support/memory-used.js'
import { RecentSecrets } from './recent-secrets.js'

let hashed: string[]
let recent: RecentSecrets

beforeEach(() => {
  hashed = []
  recent = new RecentSecrets((secret) => {
    hashed.push(secret)
    return `hash of ${secret}`
  })
})

function present(secret: string): string {
  return recent.hashOf(secret)
}

it('hashes what is in use once', () => {
  for (let turns = 0; turns < 10; turns++) {
    expect(present('a')).toBe('hash of a')
    recent.turn()
  }
  expect(hashed).toEqual(['a'])
})

it('forgets what nobody has presented for two turns', () => {
  present('a')
  recent.turn()
  present('b')
  recent.turn()
  present('b')
  present('a')
  expect(hashed).toEqual(['a', 'b', 'a'])
})

it('is bounded, whoever presents garbage', () => {
  for (let i = 0; i < 100_000; i++) present(`garbage-${i}`)
  hashed = []
  present('garbage-0')
  present('garbage-99999')
  expect(hashed).toEqual(['garbage-0'])
})

it('keeps nothing of what a secret came with', () => {
  const read = Buffer.alloc(1_000_000, 'secret-number-')
  const kept = new RecentSecrets(() => 'hash')
  const before = memoryUsed()
  for (const isTurned of [false, true]) {
    if (isTurned) kept.turn()
    for (let at = 0; at < 50; at++) {
      read.write(String(at + 1_000), 14)
      // As it is cut out of a message.
      kept.hashOf(read.toString('latin1').slice(0, 18))
    }
  }
  expect(memoryUsed() - before).toBeLessThan(10_000_000)
  expect(kept.find('secret-number-1000')).toBe('hash')
})
