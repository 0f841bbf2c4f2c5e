import { Metadata, type MethodDefinition, type ServerUnaryCall } from '@grpc/grpc-js'
import { expect, it } from 'vitest'
import type { Retry } from '../service/retry.js'
import { createCommit } from './commit.js'
import { pendingRevision } from './pending-revision.js'

const revision = { epoch: '00000000000000aa', number: 7, nonce: '00000000000000bb' }

/** A commit whose clock a test turns, and what it was told. */
function aCommit(headers: Record<string, string>, deadlineMs = Number.POSITIVE_INFINITY) {
  const waits: { ms: number; end: () => void }[] = []
  const retries: (Retry<unknown> | undefined)[] = []
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  const call = {
    metadata,
    request: 'asked',
    getPath: () => '/a/B',
    getDeadline: () => deadlineMs,
    sendMetadata: () => {},
  } as unknown as ServerUnaryCall<unknown, { revision: string }>
  const wait = (ms: number) => new Promise<void>((end) => void waits.push({ ms, end }))
  const codec = {
    requestSerialize: (value: unknown) => Buffer.from(String(value)),
  } as MethodDefinition<unknown, unknown>
  const commit = createCommit({ stalenessBoundMs: 1_000, now: () => 0, wait }, () => codec)
  const answer = commit(call, async (retry) => {
    retries.push(retry)
    return { value: { revision: pendingRevision }, revision }
  })
  return { answer, retries, waits }
}

it('answers at once with its revision, and remembers nothing, unless it is asked to', async () => {
  const { answer, retries, waits } = aCommit({})
  expect((await answer).revision).toMatch(/^pr1\./)
  expect([retries, waits]).toEqual([[undefined], []])
})

it('answers only when it is effective, where that is asked for', async () => {
  const { answer, waits } = aCommit({ 'postern-reply-when': 'effective' })
  let isAnswered = false
  const answered = answer.then(() => {
    isAnswered = true
  })
  await new Promise(setImmediate)
  expect([isAnswered, waits.map(({ ms }) => ms)]).toEqual([false, [1_010]])
  waits[0]?.end()
  await answered
})

it('does nothing for a caller who would not be there to hear of it', async () => {
  const { answer, retries } = aCommit({ 'postern-reply-when': 'effective' }, 1_009)
  await expect(answer).rejects.toMatchObject({ kind: 'invalid' })
  expect(retries).toEqual([])
})

it('knows a request by its method and its message', async () => {
  const { answer, retries } = aCommit({ 'idempotency-key': 'k' })
  await answer
  expect(retries).toMatchObject([{ idempotencyKey: 'k', request: ['/a/B', Buffer.from('asked')] }])
})
