import { beforeEach, expect, it } from 'vitest'
import { RecentSecrets } from './recent-secrets.js'

let nowMs: number
let hashed: string[]
let recent: RecentSecrets

beforeEach(() => {
  nowMs = 0
  hashed = []
  recent = new RecentSecrets({
    monotonicMs: () => nowMs,
    hashSecret: (secret) => {
      hashed.push(secret)
      return `hash of ${secret}`
    },
  })
})

it('hashes what is in use once', () => {
  for (nowMs = 0; nowMs < 300_000; nowMs += 10_000) {
    expect(recent.hashOf('a')).toBe('hash of a')
  }
  expect(hashed).toEqual(['a'])
})

it('forgets what nobody has presented for a minute', () => {
  recent.hashOf('a')
  nowMs = 30_000
  recent.hashOf('b')
  nowMs = 60_000
  recent.hashOf('b')
  recent.hashOf('a')
  expect(hashed).toEqual(['a', 'b', 'a'])
})

it('forgets everything when nobody asked for long', () => {
  recent.hashOf('a')
  nowMs = 3_600_000
  recent.hashOf('a')
  expect(hashed).toEqual(['a', 'a'])
})

it('is bounded, whoever presents garbage', () => {
  for (let i = 0; i < 100_000; i++) recent.hashOf(`garbage-${i}`)
  hashed = []
  recent.hashOf('garbage-0')
  recent.hashOf('garbage-99999')
  expect(hashed).toEqual(['garbage-0'])
})
