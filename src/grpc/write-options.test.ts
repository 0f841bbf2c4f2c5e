import { Metadata } from '@grpc/grpc-js'
import { expect, it } from 'vitest'
import { prepareWait } from './effective.js'
import { writeOptionsOf } from './write-options.js'

function sent(...headers: [string, string][]): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of headers) metadata.add(name, value)
  return metadata
}

it('asks for nothing unless it is told to', () => {
  expect(writeOptionsOf(sent())).toEqual({ whenEffective: false })
})

it.each(['a', '!~', 'x'.repeat(128), '0198c0de-1111-7000-8000-000000000000'])(
  'takes %s for an idempotency key',
  (idempotencyKey) => {
    const options = writeOptionsOf(sent(['idempotency-key', idempotencyKey]))
    expect(options).toEqual({ idempotencyKey, whenEffective: false })
  },
)

it('waits for effect when told', () => {
  expect(writeOptionsOf(sent(['postern-reply-when', 'effective'])).whenEffective).toBe(true)
})

it.each<[string, [string, string][]]>([
  ['idempotency-key', [['idempotency-key', '']]],
  ['idempotency-key', [['idempotency-key', 'x'.repeat(129)]]],
  ['idempotency-key', [['idempotency-key', 'a b']]],
  [
    'idempotency-key',
    [
      ['idempotency-key', 'a'],
      ['idempotency-key', 'a'],
    ],
  ],
  ['postern-reply-when', [['postern-reply-when', '']]],
  ['postern-reply-when', [['postern-reply-when', 'Effective']]],
])('refuses a bad %s by name', (field, headers) => {
  expect(() => writeOptionsOf(sent(...headers))).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      reason: 'INVALID_ARGUMENT',
      violations: [expect.objectContaining({ field })],
    }),
  )
})

/** A clock that a test turns, and what waits for it. */
function turnedClock() {
  let nowMs = 50_000
  const waiting: { untilMs: number; resolve: () => void }[] = []
  return {
    stalenessBoundMs: 5_000,
    now: () => nowMs,
    wait: (ms: number) =>
      new Promise<void>((resolve) => void waiting.push({ untilMs: nowMs + ms, resolve })),
    async turn(ms: number) {
      nowMs += ms
      for (const each of waiting) if (each.untilMs <= nowMs) each.resolve()
      await new Promise(setImmediate)
    },
  }
}

it('is effective when the bound, and what clocks may differ by, has passed since the commit', async () => {
  const clock = turnedClock()
  const wait = prepareWait(clock, Number.POSITIVE_INFINITY)
  // The write itself takes its time, which does not count.
  await clock.turn(3_000)
  let isEffective = false
  const waited = wait().then(() => {
    isEffective = true
  })
  await clock.turn(5_000)
  expect(isEffective).toBe(false)
  await clock.turn(50)
  expect(isEffective).toBe(true)
  await waited
})

it('is refused to a caller who would be gone by then', () => {
  const clock = turnedClock()
  expect(() => prepareWait(clock, 50_000 + 5_049)).toThrow(
    expect.objectContaining({
      kind: 'invalid',
      violations: [expect.objectContaining({ field: 'postern-reply-when' })],
    }),
  )
  expect(() => prepareWait(clock, new Date(50_000 + 5_050))).not.toThrow()
})
