import { expect, test } from 'vitest'
import { createBound } from './act-bound.js'

test('lets so many run at a time, and refuses the next at once', async () => {
  const bound = createBound(2)
  const end: (() => void)[] = []
  const running = [1, 2].map(() => bound(() => new Promise<void>((resolve) => end.push(resolve))))
  const more = bound(async () => 'done')
  await expect(more).rejects.toMatchObject({
    ...{ kind: 'exhausted', reason: 'TOO_MANY_CALLS' },
    metadata: { limit: '2' },
  })
  end[0]?.()
  await running[0]
  await expect(bound(async () => 'done')).resolves.toBe('done')
  end[1]?.()
})

test('has room again after work that failed, also before it was a promise', async () => {
  const bound = createBound(1)
  const failing = () => {
    throw new Error('no')
  }
  await expect(bound(failing)).rejects.toThrow('no')
  await expect(bound(async () => 'done')).resolves.toBe('done')
})
