import { afterEach, expect, it, vi } from 'vitest'
import { RecentSecrets } from '../../src/service/recent-secrets.js'
import { startSystem } from '../support/system.js'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('a server forgets keys that nobody presents, within a minute, until it stops', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const turn = vi.spyOn(RecentSecrets.prototype, 'turn')
  const system = await startSystem()
  vi.advanceTimersByTime(60_000)
  expect(turn).toHaveBeenCalledTimes(2)
  await system.close()
  vi.advanceTimersByTime(60_000)
  expect(turn).toHaveBeenCalledTimes(2)
})
