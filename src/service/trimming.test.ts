import { expect, it } from 'vitest'
import type { Trimmed, TrimRequest } from './ports/upkeep.js'
import { trimOld } from './trimming.js'

it('goes on as long as there may be more of either, and asks for what is old', async () => {
  const left = { changes: 2_500, replies: 4_000 }
  const requests: TrimRequest[] = []
  const trim = async (request: TrimRequest): Promise<Trimmed> => {
    requests.push(request)
    const changes = Math.min(left.changes, request.rowsMax)
    const replies = Math.min(left.replies, request.rowsMax)
    left.changes -= changes
    left.replies -= replies
    return { changes, replies }
  }
  await trimOld({ store: { trim }, changesMs: 300, repliesMs: 200, now: () => 1_000 })
  expect(left).toEqual({ changes: 0, replies: 0 })
  const [first] = requests
  expect(first).toMatchObject({ changesBeforeMs: 700, repliesBeforeMs: 800 })
  expect(requests).toEqual(requests.map(() => first))
})
