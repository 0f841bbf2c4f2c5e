import { Pacer, type PacerDeps } from '../pacer.js'
import { decodeToken, encodeToken, type Page, type PageInput, pageSize } from '../page.js'
import type { PagePosition, PageRequest } from '../ports/paging.js'

/** Candidates in an order that does not change, and what is asked of each. */
export interface Scan<Candidate, Item> {
  /** What the list is of: a token is good for the list it came from only. */
  readonly fingerprint: string
  /** Rests between its own steps where there are many. */
  read(page: PageRequest, pacer: Pacer): Promise<readonly Candidate[]>
  position(candidate: Candidate): PagePosition
  /** `undefined` leaves the candidate out. */
  judge(candidate: Candidate): Item | undefined
  /** Whether enough was done for one page, however many candidates that were; absent: never. */
  isSpent?(): boolean
}

const batchSize = 25
const candidatesMax = 1_000

/**
 * One page of the candidates that pass. The page ends when it is full, after 1,000 candidates, or
 * when the scan is spent: it can be short, even empty, with more to come. Lets others have the
 * thread on the way.
 */
export async function scanPage<Candidate, Item>(
  { tools }: { readonly tools: PacerDeps },
  input: PageInput,
  scan: Scan<Candidate, Item>,
): Promise<Page<Item>> {
  const size = pageSize(input.pageSize)
  const pacer = new Pacer(tools)
  const items: Item[] = []
  let after = decodeToken(input.pageToken, scan.fingerprint)
  for (let looked = 0; looked < candidatesMax; looked += batchSize) {
    const batch = await scan.read({ size: batchSize, ...(after && { after }) }, pacer)
    for (const candidate of batch) {
      if (pacer.isDue) await pacer.rest()
      const item = scan.judge(candidate)
      if (item !== undefined) items.push(item)
      after = scan.position(candidate)
      if (items.length === size || scan.isSpent?.()) break
    }
    const isLast = batch.length < batchSize
    const last = batch.at(-1)
    const isDone = !last || samePosition(after, scan.position(last))
    if (isLast && isDone) return { items, nextPageToken: '' }
    if (!isDone || items.length === size || scan.isSpent?.()) break
  }
  return { items, nextPageToken: after ? encodeToken(after, scan.fingerprint) : '' }
}

function samePosition(a: PagePosition | undefined, b: PagePosition): boolean {
  return a?.createdAtMs === b.createdAtMs && a.id === b.id
}
