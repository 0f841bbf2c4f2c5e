import { type Page, pages } from './pages.js'

/** The most that a page may hold. */
export const pageSize = 100

/** Everything on every page, and the last page's own words besides. */
export async function allPages<T, P extends Page<T>>(
  read: (pageToken: string) => Promise<P>,
): Promise<{ readonly items: readonly T[]; readonly last: P | undefined }> {
  let last: P | undefined
  const items: T[] = []
  const everything = pages<T>(async (pageToken) => {
    last = await read(pageToken)
    return last
  })
  for await (const item of everything) items.push(item)
  return { items, last }
}
