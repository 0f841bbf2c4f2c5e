import { expect, test } from 'vitest'
import { BusyPoll } from './busy-poll.js'

let nowMs = 0
const clock = { nowMs: () => nowMs, after: () => () => {} }
const turn = () => new Promise((resolve) => setImmediate(resolve))

async function pollInVain(poll: BusyPoll): Promise<void> {
  nowMs += 1
  await turn()
  await turn()
  expect(poll.isPolling).toBe(false)
}

test('it stays awake as long as something comes in time, and no longer', async () => {
  const poll = new BusyPoll(clock, 0.1)
  poll.extend(nowMs)
  for (let call = 0; call < 20; call++) {
    nowMs += 0.05
    await turn()
    expect(poll.isPolling).toBe(true)
    poll.extend(nowMs)
  }
  await pollInVain(poll)
})

test('it tries more and more rarely when nothing comes in time', async () => {
  const poll = new BusyPoll(clock, 0.1)
  let tries = 0
  for (let call = 0; call < 1_000; call++) {
    poll.extend(nowMs)
    if (!poll.isPolling) continue
    tries += 1
    await pollInVain(poll)
  }
  expect(tries).toBeLessThan(12)
})

test('of no time, it never stays awake', () => {
  const poll = new BusyPoll(clock, 0)
  poll.extend(nowMs)
  expect(poll.isPolling).toBe(false)
})
