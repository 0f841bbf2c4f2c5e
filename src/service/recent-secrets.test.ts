import { beforeEach, expect, it } from 'vitest'
import { memoryUsed } from '../../test/support/memory-used.js'
import { RecentSecrets } from './recent-secrets.js'

let nowMs: number
let hashed: string[]
let recent: RecentSecrets

beforeEach(() => {
  nowMs = 0
  hashed = []
  recent = new RecentSecrets((secret) => {
    hashed.push(secret)
    return `hash of ${secret}`
  })
})

function present(secret: string): string {
  return recent.hashOf(secret, nowMs)
}

it('hashes what is in use once', () => {
  for (nowMs = 0; nowMs < 300_000; nowMs += 10_000) {
    expect(present('a')).toBe('hash of a')
  }
  expect(hashed).toEqual(['a'])
})

it('forgets what nobody has presented for a minute', () => {
  present('a')
  nowMs = 30_000
  present('b')
  nowMs = 60_000
  present('b')
  present('a')
  expect(hashed).toEqual(['a', 'b', 'a'])
})

it('forgets everything when nobody asked for long', () => {
  present('a')
  nowMs = 3_600_000
  present('a')
  expect(hashed).toEqual(['a', 'a'])
})

it('forgets everything when the clock was set back', () => {
  present('a')
  nowMs = -1
  present('a')
  expect(hashed).toEqual(['a', 'a'])
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
  for (const atMs of [0, 30_000]) {
    for (let at = 0; at < 50; at++) {
      read.write(String(at + 1_000), 14)
      // As it is cut out of a message.
      kept.hashOf(read.toString('latin1').slice(0, 18), atMs)
    }
  }
  expect(memoryUsed() - before).toBeLessThan(10_000_000)
  expect(kept.find('secret-number-1000', 30_000)).toBe('hash')
})
