import { DomainError } from '../domain/errors.js'
import { isPrintable } from '../domain/text.js'
import type { PagePosition, PageRequest } from './ports/paging.js'

export interface PageInput {
  readonly pageSize: number
  readonly pageToken: string
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Empty on the last page. */
  readonly nextPageToken: string
}

const sizeDefault = 20
const sizeMax = 100
const filterMax = 1_000

/**
 * Reads one page. `query` names the list and its filters: a token is good for the list it came
 * from only. One more than asked for is read, to know whether there is a next page.
 */
export async function readPage<T>(
  input: PageInput,
  query: readonly unknown[],
  parts: {
    readonly read: (page: PageRequest) => Promise<readonly T[]>
    readonly position: (item: T) => PagePosition
  },
): Promise<Page<T>> {
  const size = pageSize(input.pageSize)
  const fingerprint = JSON.stringify(query)
  const after = decodeToken(input.pageToken, fingerprint)
  const found = await parts.read({ size: size + 1, ...(after && { after }) })
  const items = found.slice(0, size)
  const last = items.at(-1)
  const more = found.length > size && last !== undefined
  return { items, nextPageToken: more ? encodeToken(parts.position(last), fingerprint) : '' }
}

/** The position of things that have an id of their own. */
export function byCreation(item: {
  readonly createdAtMs: number
  readonly id: string
}): PagePosition {
  return { createdAtMs: item.createdAtMs, id: item.id }
}

/** Reads every page; for lists that an organization's own size bounds. */
export async function readAll<T>(
  read: (page: PageRequest) => Promise<readonly T[]>,
  position: (item: T) => PagePosition,
): Promise<T[]> {
  const all: T[] = []
  for (let after: PagePosition | undefined; ; ) {
    const found = await read({ size: 500, ...(after && { after }) })
    all.push(...found)
    const last = found.at(-1)
    if (found.length < 500 || last === undefined) return all
    after = position(last)
  }
}

/** A filter on a text; the empty one filters nothing. Throws `invalid` for what no text can be. */
export function textFilter<Name extends string>(
  name: Name,
  field: string,
  text: string,
): { readonly [key in Name]?: string } {
  if (text === '') return {}
  if (text.length > filterMax) throw badPage(field, `must be at most ${filterMax} characters`)
  if (!isPrintable(text)) throw badPage(field, 'must be printable, valid UTF-8 text')
  return { [name]: text } as { [key in Name]?: string }
}

/** How many items a page may hold. Throws `invalid` for a negative size. */
export function pageSize(size: number): number {
  if (size < 0) throw badPage('page_size', 'must not be negative')
  if (size === 0) return sizeDefault
  return Math.min(size, sizeMax)
}

export function encodeToken(position: PagePosition, fingerprint: string): string {
  const token = JSON.stringify([position.createdAtMs, position.id, fingerprint])
  return Buffer.from(token).toString('base64url')
}

/** `undefined` for the first page. Throws `invalid` for a token of another list. */
export function decodeToken(token: string, fingerprint: string): PagePosition | undefined {
  if (token === '') return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString())
    if (!Array.isArray(parts)) throw badToken()
    const [createdAtMs, id, query] = parts
    const isPosition = Number.isSafeInteger(createdAtMs) && typeof id === 'string'
    if (isPosition && isPrintable(id) && query === fingerprint) {
      return { createdAtMs, id }
    }
  } catch {
    // Not JSON: not ours.
  }
  throw badToken()
}

/** The refusal of a token that this list did not make. */
export function badToken(): DomainError {
  return badPage('page_token', 'must be the next_page_token of the same list with the same filters')
}

function badPage(field: string, description: string): DomainError {
  return new DomainError('invalid', {
    reason: 'INVALID_ARGUMENT',
    message: `${field}: ${description}`,
    violations: [{ field, reason: 'FORMAT', description }],
  })
}
