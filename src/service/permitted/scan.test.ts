import { describe, expect, test } from 'vitest'
import type { PagePosition, PageRequest } from '../ports/paging.js'
import { type Scan, scanPage } from './scan.js'

/** Numbers from 1 to `count`; `msEach` is how long the look at one takes. */
function numbers(count: number, passes: (n: number) => boolean, msEach = 0) {
  const seen = { looked: 0, nowMs: 0, longestMs: 0, turnAtMs: 0 }
  const tools = {
    monotonicMs: () => seen.nowMs,
    nextTurn: async () => {
      seen.longestMs = Math.max(seen.longestMs, seen.nowMs - seen.turnAtMs)
      seen.turnAtMs = seen.nowMs
    },
  }
  const scan: Scan<number, number> = {
    fingerprint: 'numbers',
    async read({ size, after }: PageRequest) {
      const start = Number(after?.id ?? 0)
      return Array.from({ length: Math.min(size, count - start) }, (_, i) => start + i + 1)
    },
    position: (n): PagePosition => ({ createdAtMs: 0, id: String(n) }),
    judge(n) {
      seen.looked += 1
      seen.nowMs += msEach
      return passes(n) ? n : undefined
    },
  }
  return { seen, scan, tools }
}

async function pagesOf({ scan, tools }: ReturnType<typeof numbers>, pageSize: number) {
  const pages: (readonly number[])[] = []
  let pageToken = ''
  do {
    const page = await scanPage({ tools }, { pageSize, pageToken }, scan)
    pages.push(page.items)
    pageToken = page.nextPageToken
  } while (pageToken !== '')
  return pages
}

describe('a scan', () => {
  test.each([0, 1, 24, 25, 26, 60, 1_000, 2_345])(
    'of %i candidates answers all that pass, once and in order, whatever the page',
    async (count) => {
      const even = (n: number) => n % 2 === 0
      const expected = Array.from({ length: count }, (_, i) => i + 1).filter(even)
      for (const size of [1, 3, 25, 100]) {
        const world = numbers(count, even)
        expect((await pagesOf(world, size)).flat()).toEqual(expected)
        // Nobody is asked about twice.
        expect(world.seen.looked).toBe(count)
      }
    },
  )

  test('looks at no more than 1,000 candidates for one page, which may be empty', async () => {
    const world = numbers(2_500, (n) => n === 2_400)
    expect(await pagesOf(world, 10)).toEqual([[], [], [2_400]])
  })

  test('ends the page when it is spent, having got on by one candidate at least', async () => {
    const world = numbers(3, () => true)
    const spent = { ...world, scan: { ...world.scan, isSpent: () => true } }
    expect(await pagesOf(spent, 10)).toEqual([[1], [2], [3]])
  })

  test('lets others have the thread about every millisecond', async () => {
    const world = numbers(999, () => false, 0.25)
    await pagesOf(world, 100)
    expect(world.seen.nowMs).toBe(999 / 4)
    expect(world.seen.longestMs).toBeLessThanOrEqual(1.25)
  })
})
